package org.streamingcommands.connection;

import com.google.protobuf.Any;
import org.streamingcommands.command.Command;

/**
 * A command on its way into a stream.
 *
 * @param command what to deliver
 * @param resultsConfirmed how many results of this session the entity has taken over
 * @param redelivered whether an earlier delivery may have arrived
 */
public record Delivery(Command command, long resultsConfirmed, boolean redelivered) {
  Delivery with(Any payload) {
    Command with =
        new Command(
            command.id(),
            payload,
            command.deadline(),
            command.priority(),
            command.coalescingKey(),
            command.headers());
    return new Delivery(with, resultsConfirmed, redelivered);
  }
}
