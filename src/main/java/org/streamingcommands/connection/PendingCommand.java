package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/** A command that has not ended, and those who wait for it. */
final class PendingCommand {
  final Command command;
  final long deadlineMillis;

  /** Until when it may wait for room in the queue; 0 once it has room. */
  long roomUntilMillis;

  /** The process of the client that it was written to. */
  String sentToInstance = "";

  boolean cancelRequested;

  /** Until when it waits for a stream that may be on its way here; 0 where it does not. */
  long holdUntilMillis;

  /** Whether another entity had accepted it. */
  boolean inherited;

  /** Whether it was written more than once. */
  boolean redelivered;

  private final List<ReplyTo> waiting = new ArrayList<>(1);
  private final List<ReplyTo> cancelWaiting = new ArrayList<>(0);
  private @Nullable Receipt reached;
  private @Nullable Progress lastProgress;

  PendingCommand(Command command, ReplyTo first) {
    this.command = command;
    this.deadlineMillis = command.deadline().toEpochMilli();
    waiting.add(first);
  }

  boolean isSent() {
    return reached != null && reached != Receipt.QUEUED;
  }

  boolean isReceived() {
    return reached == Receipt.RECEIVED;
  }

  Certainty certainty() {
    if (!isSent()) {
      return Certainty.NOT_SENT;
    }
    return isReceived() ? Certainty.RECEIVED_NOT_FINISHED : Certainty.SENT_UNCONFIRMED;
  }

  /** Another send of the same command: it hears from where things stand. */
  void join(ReplyTo replyTo, Replies replies) {
    // One who asks again after a node was lost waits already.
    if (!waiting.contains(replyTo)) {
      waiting.add(replyTo);
    }
    if (replyTo.steps()) {
      if (reached != null) {
        replies.receipt(replyTo, reached);
      }
      if (lastProgress != null) {
        replies.progress(replyTo, lastProgress);
      }
    }
  }

  static PendingCommand of(ClientConnection.Inherit inherited) {
    PendingCommand command = new PendingCommand(inherited.command(), inherited.waiting().get(0));
    command.waiting.addAll(inherited.waiting().subList(1, inherited.waiting().size()));
    command.cancelWaiting.addAll(inherited.cancelWaiting());
    command.reached = inherited.reached();
    command.sentToInstance = inherited.sentToInstance();
    command.cancelRequested = inherited.cancelRequested();
    command.redelivered = inherited.redelivered();
    return command;
  }

  ClientConnection.Inherit toInherit(ClientKey client) {
    return new ClientConnection.Inherit(
        client,
        command,
        List.copyOf(waiting),
        List.copyOf(cancelWaiting),
        reached,
        sentToInstance,
        cancelRequested,
        redelivered);
  }

  /** Those who wait for the same command under another entity's care wait here too. */
  void joinAll(PendingCommand inherited, Replies replies) {
    inherited.waiting.forEach(replyTo -> join(replyTo, replies));
    cancelWaiting.addAll(inherited.cancelWaiting);
  }

  void joinCancel(ReplyTo replyTo) {
    cancelWaiting.add(replyTo);
  }

  void reach(Receipt receipt, Replies replies) {
    if (reached != null && reached.compareTo(receipt) >= 0) {
      return;
    }
    reached = receipt;
    for (ReplyTo replyTo : waiting) {
      if (replyTo.steps()) {
        replies.receipt(replyTo, receipt);
      }
    }
  }

  void progress(Progress progress, Replies replies) {
    lastProgress = progress;
    for (ReplyTo replyTo : waiting) {
      if (replyTo.steps()) {
        replies.progress(replyTo, progress);
      }
    }
  }

  void end(Outcome<Any> outcome, Replies replies) {
    for (ReplyTo replyTo : waiting) {
      replies.outcome(replyTo, outcome);
    }
    if (!cancelWaiting.isEmpty()) {
      CancelResult result = CancelResult.of(outcome);
      for (ReplyTo replyTo : cancelWaiting) {
        replies.cancelResult(replyTo, result);
      }
    }
  }
}
