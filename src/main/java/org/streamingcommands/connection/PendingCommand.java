package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.List;
import java.util.ListIterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/** A command that has not ended, and those who wait for it. */
final class PendingCommand {
  /**
   * One that waits, and until when: it may have asked later, and for less time. One that abandoned
   * the command is told the outcome all the same, and keeps nobody from cancelling it.
   */
  private record Waiter(ReplyTo replyTo, long untilMillis, boolean abandoned) {
    Waiter until(long deadlineMillis) {
      return new Waiter(replyTo, Math.min(untilMillis, deadlineMillis), abandoned);
    }
  }

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

  /** When this entity saw it first. */
  final long sinceNanos = System.nanoTime();

  /** Whether it was written more than once. */
  boolean redelivered;

  /** Where it waits, and between whom; see {@link Lane}. */
  @Nullable Lane lane;

  @Nullable PendingCommand before;
  @Nullable PendingCommand after;

  /** Who may hear the result from the stream's node. Chosen once: the stream may have told it. */
  private @Nullable ReplyTo answerTo;

  private final List<Waiter> waiting = new ArrayList<>(1);
  private final List<ReplyTo> cancelWaiting = new ArrayList<>(0);
  private @Nullable Receipt reached;
  private @Nullable Progress lastProgress;

  PendingCommand(Command command, ReplyTo first) {
    this(command);
    waiting.add(new Waiter(first, deadlineMillis, false));
  }

  private PendingCommand(Command command) {
    this.command = command;
    this.deadlineMillis = command.deadline().toEpochMilli();
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
  void join(ReplyTo replyTo, long untilMillis, Replies replies) {
    join(new Waiter(replyTo, Math.min(untilMillis, deadlineMillis), false), replies);
  }

  private void join(Waiter joining, Replies replies) {
    ReplyTo replyTo = joining.replyTo;
    // One who asks again after a node was lost waits already.
    if (waiting.stream().noneMatch(waiter -> waiter.replyTo().equals(replyTo))) {
      waiting.add(joining);
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

  /**
   * One of those who wait does not want it any more.
   *
   * @return whether nobody does
   */
  boolean abandon(ReplyTo by) {
    boolean isWanted = false;
    for (ListIterator<Waiter> each = waiting.listIterator(); each.hasNext(); ) {
      Waiter waiter = each.next();
      if (waiter.replyTo().equals(by)) {
        each.set(new Waiter(by, waiter.untilMillis(), true));
      } else {
        isWanted |= !waiter.abandoned();
      }
    }
    return !isWanted;
  }

  /**
   * Who may be told the result by the stream's node: the only one that waits, where it wants the
   * outcome alone. Nothing that is told on this node is lost, so who waits here is told from here.
   *
   * @return null for nobody
   */
  @Nullable ReplyTo answerTo(Replies replies) {
    if (waiting.size() != 1) {
      return null;
    }
    ReplyTo only = waiting.get(0).replyTo;
    if (only.steps() || replies.isHere(only)) {
      return null;
    }
    if (answerTo == null) {
      answerTo = only;
    }
    return answerTo.equals(only) ? only : null;
  }

  /** The stream's node told it: it need not hear it again. */
  void answered() {
    waiting.removeIf(waiter -> waiter.replyTo.equals(answerTo));
  }

  /** When the first of those who wait gives up. */
  long earliestMillis() {
    long earliest = deadlineMillis;
    for (Waiter waiter : waiting) {
      earliest = Math.min(earliest, waiter.untilMillis);
    }
    return earliest;
  }

  /**
   * When it ends, or its waiting does.
   *
   * @param resumeUntilMillis what is in flight waits for the client until then
   */
  long dueMillis(long resumeUntilMillis) {
    long due = earliestMillis();
    if (roomUntilMillis > 0) {
      due = Math.min(due, roomUntilMillis);
    }
    return Math.min(due, holdUntilMillis > 0 ? holdUntilMillis : resumeUntilMillis);
  }

  /** Tells those who gave less time than the first that theirs is over; the command goes on. */
  void endImpatient(long now, Replies replies) {
    if (earliestMillis() > now) {
      return;
    }
    // What is queued may still be sent, for those who go on waiting.
    Certainty certainty = isSent() ? certainty() : Certainty.SENT_UNCONFIRMED;
    Outcome<Any> outcome =
        new Outcome.Undelivered<>(
            Reason.TIMED_OUT,
            certainty,
            "this send's deadline passed; the command goes on for the one that it joined");
    waiting.removeIf(
        waiter -> {
          boolean isOver = waiter.untilMillis <= now && waiter.untilMillis < deadlineMillis;
          if (isOver) {
            replies.outcome(waiter.replyTo, outcome);
          }
          return isOver;
        });
  }

  static PendingCommand of(ClientConnection.Inherit inherited) {
    PendingCommand command = new PendingCommand(inherited.command());
    for (ReplyTo replyTo : inherited.waiting()) {
      boolean abandoned = inherited.abandoned().contains(replyTo);
      command.waiting.add(new Waiter(replyTo, command.deadlineMillis, abandoned));
    }
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
        waiting.stream().map(Waiter::replyTo).toList(),
        waiting.stream().filter(Waiter::abandoned).map(Waiter::replyTo).toList(),
        List.copyOf(cancelWaiting),
        reached,
        sentToInstance,
        cancelRequested,
        redelivered);
  }

  /** Those who wait for the same command under another entity's care wait here too. */
  void joinAll(PendingCommand inherited, Replies replies) {
    inherited.waiting.forEach(waiter -> join(waiter.until(deadlineMillis), replies));
    cancelWaiting.addAll(inherited.cancelWaiting);
  }

  void joinCancel(ReplyTo replyTo) {
    cancelWaiting.add(replyTo);
  }

  /**
   * @return whether it is news
   */
  boolean reach(Receipt receipt, Replies replies) {
    if (reached != null && reached.compareTo(receipt) >= 0) {
      return false;
    }
    reached = receipt;
    for (Waiter waiter : waiting) {
      if (waiter.replyTo.steps()) {
        replies.receipt(waiter.replyTo, receipt);
      }
    }
    return true;
  }

  ClientView.Pending view() {
    return new ClientView.Pending(
        command.id(),
        command.payload().getTypeUrl(),
        Optional.ofNullable(reached),
        command.deadline(),
        lastProgress == null ? 0 : lastProgress.percent());
  }

  void progress(Progress progress, Replies replies) {
    lastProgress = progress;
    for (Waiter waiter : waiting) {
      if (waiter.replyTo.steps()) {
        replies.progress(waiter.replyTo, progress);
      }
    }
  }

  void end(Outcome<Any> outcome, Replies replies) {
    for (Waiter waiter : waiting) {
      replies.outcome(waiter.replyTo, outcome);
    }
    if (!cancelWaiting.isEmpty()) {
      CancelResult result = CancelResult.of(outcome);
      for (ReplyTo replyTo : cancelWaiting) {
        replies.cancelResult(replyTo, result);
      }
    }
  }
}
