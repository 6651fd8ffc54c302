package org.streamingcommands.connection;

import org.streamingcommands.command.Command;

/**
 * A command on its way into a stream.
 *
 * @param command what to deliver
 * @param resultsConfirmed how many results of this session the entity has taken over
 * @param redelivered whether an earlier delivery may have arrived
 */
public record Delivery(Command command, long resultsConfirmed, boolean redelivered) {}
