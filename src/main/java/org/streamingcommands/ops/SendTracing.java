package org.streamingcommands.ops;

import com.google.protobuf.Any;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.SendObserver;
import org.streamingcommands.connection.Sender;
import org.streamingcommands.trace.CommandTrace;
import org.streamingcommands.trace.Tracing;

/** The node's span of every send, between the sender's and the client's. */
public final class SendTracing implements SendObserver {

  @Override
  public @Nullable Observation begins(Sender by, ClientKey client, Command command) {
    CommandTrace trace =
        Tracing.routing(
            command.headers(),
            client.service(),
            client.clientId(),
            command.id(),
            command.payload().getTypeUrl());
    return trace.isOn() ? new Traced(trace) : null;
  }

  private record Traced(CommandTrace trace) implements Observation {
    @Override
    public Command command(Command command) {
      return new Command(
          command.id(),
          command.payload(),
          command.deadline(),
          command.priority(),
          command.coalescingKey(),
          trace.inject(command.headers()));
    }

    @Override
    public void ended(Outcome<Any> outcome, long nanos) {
      trace.end(Words.of(outcome), outcome.isCompleted());
    }
  }
}
