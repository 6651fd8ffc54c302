package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.util.Set;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;

/** Something that happened, at a time of {@link System#nanoTime()}. */
public sealed interface HistoryEvent {
  long nanos();

  /** About a client, so part of its trail. */
  sealed interface OfClient extends HistoryEvent {
    String client();
  }

  /** About one command of a client. */
  sealed interface OfCommand extends OfClient {
    String commandId();
  }

  /**
   * A sender sends.
   *
   * @param send names this send; a repeated command is another send
   * @param thread the sender; one thread's sends are in order
   * @param deadlineNanos the command's deadline on this clock
   */
  record Sent(
      long nanos,
      long send,
      String client,
      Command command,
      String thread,
      long deadlineNanos,
      boolean steps)
      implements OfCommand {
    @Override
    public String commandId() {
      return command.id();
    }

    @Override
    public String toString() {
      return "send %d of '%s' to %s by %s, %s, deadline %s later%s"
          .formatted(
              send,
              commandId(),
              client,
              thread,
              command.priority(),
              millis(deadlineNanos - nanos),
              steps ? "" : ", outcome only");
    }
  }

  /** A sender heard of a receipt. */
  record Receipted(long nanos, long send, String client, String commandId, Receipt receipt)
      implements OfCommand {
    @Override
    public String toString() {
      return "send %d of '%s' heard %s".formatted(send, commandId, receipt);
    }
  }

  /** A sender heard the outcome. */
  record Ended(long nanos, long send, String client, String commandId, Outcome<Any> outcome)
      implements OfCommand {
    @Override
    public String toString() {
      return "send %d of '%s' ended as %s".formatted(send, commandId, brief(outcome));
    }
  }

  /** A process of the client starts to run a command. */
  record Started(long nanos, String client, String process, String commandId, Any payload)
      implements OfCommand {
    @Override
    public String toString() {
      return "%s runs '%s'".formatted(process, commandId);
    }
  }

  /** How a process of the client ended a command. */
  enum Ending {
    ANSWERED,
    FAILED,
    STOPPED
  }

  /**
   * A process of the client ended a command.
   *
   * @param answer the default instance unless it answered
   */
  record Finished(
      long nanos, String client, String process, String commandId, Ending ending, Any answer)
      implements OfCommand {
    @Override
    public String toString() {
      return "%s %s '%s'".formatted(process, ending, commandId);
    }
  }

  /** A process of the client began; its link is whole. */
  record ProcessStarted(long nanos, String client, String process) implements OfClient {
    @Override
    public String toString() {
      return process + " starts";
    }
  }

  /** A process of the client is gone; nothing it says from now on reaches the node. */
  record ProcessEnded(long nanos, String client, String process) implements OfClient {
    @Override
    public String toString() {
      return process + " is gone";
    }
  }

  /** From now on nothing that the process says reaches the node. */
  record LinkBroken(long nanos, String client, String process) implements OfClient {
    @Override
    public String toString() {
      return "the link of " + process + " is dead";
    }
  }

  /** From now on what the process says and hears is late, or only one way. */
  record LinkDisturbed(long nanos, String client, String process, String how) implements OfClient {
    @Override
    public String toString() {
      return "the link of " + process + " is " + how;
    }
  }

  /** The link of the process is whole again. */
  record LinkHealed(long nanos, String client, String process) implements OfClient {
    @Override
    public String toString() {
      return "the link of " + process + " is healed";
    }
  }

  /** A process of the client was told that it is connected. */
  record Connected(long nanos, String client, String process, String session) implements OfClient {
    @Override
    public String toString() {
      return process + " is connected, " + session;
    }
  }

  /** A process of the client lost its connection, or is about to leave. */
  record Disconnected(long nanos, String client, String process, String why) implements OfClient {
    @Override
    public String toString() {
      return process + " is disconnected, " + why;
    }
  }

  /** A process of the client was told that another connection took its place. */
  record Replaced(long nanos, String client, String process) implements OfClient {
    @Override
    public String toString() {
      return process + " is told that it was replaced";
    }
  }

  /** Anything else about a client that helps to understand its trail. */
  record Noted(long nanos, String client, String text) implements OfClient {
    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * A listing of who is connected.
   *
   * @param nanos when it was asked for
   * @param untilNanos when it was there
   */
  record Listed(long nanos, long untilNanos, Set<String> clients) implements HistoryEvent {
    @Override
    public String toString() {
      return clients.size() + " clients are listed";
    }
  }

  /**
   * The machine or the JVM stood still until now. No node keeps a time during which it has none.
   */
  record Stalled(long nanos, long untilNanos) implements HistoryEvent {
    @Override
    public String toString() {
      return "the machine stood still for " + millis(untilNanos - nanos);
    }
  }

  private static String millis(long nanos) {
    return nanos / 1_000_000 + " ms";
  }

  /** An outcome in one line, without its payload. */
  static String brief(Outcome<Any> outcome) {
    if (outcome instanceof Outcome.Undelivered<Any> undelivered) {
      return undelivered.reason() + "/" + undelivered.certainty() + ": " + undelivered.message();
    }
    if (outcome instanceof Outcome.Failed<Any> failed) {
      return "FAILED " + failed.code() + ": " + failed.message();
    }
    return outcome instanceof Outcome.Cancelled<Any> cancelled
        ? "CANCELLED: " + cancelled.message()
        : "COMPLETED";
  }
}
