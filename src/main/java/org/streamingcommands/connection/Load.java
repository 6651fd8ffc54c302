package org.streamingcommands.connection;

/**
 * What the entities of a node have to do.
 *
 * @param clients those that are connected
 * @param queued their commands that wait to be written
 * @param inFlight their commands that were written and have no outcome
 */
public record Load(int clients, long queued, long inFlight) {}
