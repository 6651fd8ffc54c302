package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.time.Instant;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.CommandStep;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.Connections;

/** How a sender of a {@link ClusterRun} reaches the cluster. */
interface ClusterWay {
  void send(ClientKey client, Command command, boolean steps, CommandListener listener);

  /** As a member of the cluster. */
  static ClusterWay local(Connections connections) {
    return connections::send;
  }

  /** Through the api of the nodes. */
  static ClusterWay remote(CommandClientSettings settings) {
    return (client, command, steps, listener) -> {
      StreamingCommandClient<StringValue> to =
          StreamingCommandClient.remote(settings, client.service(), client.clientId());
      SendOptions options =
          SendOptions.defaults()
              .withCommandId(command.id())
              .withTimeout(Duration.between(Instant.now(), command.deadline()))
              .withPriority(command.priority())
              .withCoalescingKey(command.coalescingKey());
      StringValue payload = payload(command);
      if (steps) {
        to.execute(payload, StringValue.class, options, step -> tell(step, listener));
      } else {
        to.ask(payload, StringValue.class, options)
            .thenAccept(outcome -> listener.outcome(packed(outcome)));
      }
    };
  }

  private static void tell(CommandStep<StringValue> step, CommandListener listener) {
    if (step instanceof CommandStep.Reached<StringValue> reached) {
      listener.receipt(reached.receipt());
    } else if (step instanceof CommandStep.Progressed<StringValue> progressed) {
      listener.progress(progressed.progress());
    } else if (step instanceof CommandStep.Ended<StringValue> ended) {
      listener.outcome(packed(ended.outcome()));
    }
  }

  private static Outcome<Any> packed(Outcome<StringValue> outcome) {
    return outcome.map(Any::pack);
  }

  private static StringValue payload(Command command) {
    try {
      return command.payload().unpack(StringValue.class);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
