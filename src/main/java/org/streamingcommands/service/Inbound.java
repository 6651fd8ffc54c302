package org.streamingcommands.service;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.util.List;
import org.streamingcommands.command.Outcome;

/** What one message of a client means to the engine; see {@link StreamProtocol#read}. */
public sealed interface Inbound {

  /** The client has these commands. */
  record Received(List<String> commandIds) implements Inbound {
    public Received {
      commandIds = List.copyOf(commandIds);
    }
  }

  /** A command goes on. */
  record Progress(String commandId, org.streamingcommands.command.Progress progress)
      implements Inbound {}

  /** A command ended. */
  record Result(String commandId, Outcome<Any> outcome) implements Inbound {}

  /** What needs no more than its kind. */
  enum Signal implements Inbound {
    /** The answer to a ping. */
    PONG,
    /** An application message: the service's message handler gets it. */
    MESSAGE,
    /** Nothing that anyone waits for; it still proves that the client lives. */
    IGNORED,
    /** The client goes and will not resume: its commands in flight end at once. */
    LEAVING
  }

  static Inbound received(String commandId) {
    return new Received(List.of(commandId));
  }

  /** The command is done, and this is the answer. */
  static Inbound completed(String commandId, Message answer) {
    return new Result(commandId, new Outcome.Completed<>(Any.pack(answer)));
  }

  /** The command is done, and there is nothing to answer. */
  static Inbound completed(String commandId) {
    return new Result(commandId, new Outcome.Completed<>(Any.getDefaultInstance()));
  }

  static Inbound failed(String commandId, String code, String message) {
    return new Result(commandId, new Outcome.Failed<>(code, message));
  }

  static Inbound cancelled(String commandId, String message) {
    return new Result(commandId, new Outcome.Cancelled<>(message));
  }
}
