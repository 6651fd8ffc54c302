package org.streamingcommands.connection;

import com.google.protobuf.Any;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/** The outcomes of commands that their client could not be given, in words. */
final class NotDelivered {
  private NotDelivered() {}

  static Outcome<Any> notConnected() {
    return Outcome.notSent(Reason.NOT_CONNECTED, "the client is not connected");
  }

  static Outcome<Any> conflict(Command command) {
    return Outcome.notSent(
        Reason.CONFLICT, "command id '%s' is in use for another payload".formatted(command.id()));
  }

  static Outcome<Any> sentTooLate() {
    return Outcome.notSent(Reason.TIMED_OUT, "the deadline had passed when it was sent");
  }

  static Outcome<Any> tooLarge(int size, int maxCommandBytes) {
    return Outcome.notSent(
        Reason.TOO_LARGE,
        "the command has %d bytes, max-command-size is %d".formatted(size, maxCommandBytes));
  }

  static Outcome<Any> tooLargeToTravel(int size, int largestCommand) {
    return Outcome.notSent(
        Reason.TOO_LARGE,
        "the command has %d bytes, %d can travel to the node that holds the client's stream"
            .formatted(size, largestCommand));
  }

  static Outcome<Any> noRoom(ServiceSettings settings) {
    return Outcome.notSent(
        Reason.QUEUE_FULL,
        "the client's queue of %d is full, and nothing more may wait for room in it"
            .formatted(settings.queueSize()));
  }

  static Outcome<Any> waitedForRoom(ServiceSettings settings) {
    return Outcome.notSent(
        Reason.QUEUE_FULL,
        "the client's queue of %d was full for %s"
            .formatted(settings.queueSize(), settings.queueTimeout()));
  }

  static Outcome<Any> superseded(PendingCommand newer) {
    return Outcome.notSent(
        Reason.SUPERSEDED,
        "command '%s' of the same coalescing key took its place".formatted(newer.command.id()));
  }

  static Outcome<Any> timedOutInQueue() {
    return Outcome.notSent(Reason.TIMED_OUT, "the deadline passed in the queue");
  }

  static Outcome<Any> timedOut(PendingCommand command) {
    return new Outcome.Undelivered<>(Reason.TIMED_OUT, command.certainty(), "the deadline passed");
  }

  static Outcome<Any> timedOutBeforeRedelivery(PendingCommand command) {
    return new Outcome.Undelivered<>(
        Reason.TIMED_OUT,
        command.certainty(),
        "the deadline passed before it could be delivered again");
  }

  static Outcome<Any> notResumed(PendingCommand command) {
    return new Outcome.Undelivered<>(
        Reason.CONNECTION_LOST,
        command.certainty(),
        "the connection was lost and the client did not resume in time");
  }

  static Outcome<Any> restarted(PendingCommand command) {
    return new Outcome.Undelivered<>(
        Reason.CLIENT_RESTARTED, command.certainty(), "another process of the client took over");
  }

  static Outcome<Any> notEncoded(Certainty certainty, String message) {
    return new Outcome.Undelivered<>(
        Reason.WRITE_FAILED, certainty, "the command could not be encoded: " + message);
  }
}
