package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
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

  /** An array, for it is nearly always one, and gone over for every step. */
  private Waiter[] waiting;

  private List<ReplyTo> cancelWaiting = List.of();
  private @Nullable Receipt reached;
  private @Nullable Progress lastProgress;

  PendingCommand(Command command, ReplyTo first) {
    this(command, new Waiter(first, command.deadline().toEpochMilli(), false));
  }

  private PendingCommand(Command command, Waiter... waiting) {
    this.command = command;
    this.deadlineMillis = command.deadline().toEpochMilli();
    this.waiting = waiting;
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
    if (Arrays.stream(waiting).noneMatch(waiter -> waiter.replyTo().equals(replyTo))) {
      waiting = Arrays.copyOf(waiting, waiting.length + 1);
      waiting[waiting.length - 1] = joining;
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
    for (int i = 0; i < waiting.length; i++) {
      Waiter waiter = waiting[i];
      if (waiter.replyTo().equals(by)) {
        waiting[i] = new Waiter(by, waiter.untilMillis(), true);
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
    if (waiting.length != 1) {
      return null;
    }
    ReplyTo only = waiting[0].replyTo;
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
    dismiss(waiter -> waiter.replyTo.equals(answerTo));
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
    dismiss(
        waiter -> {
          boolean isOver = waiter.untilMillis <= now && waiter.untilMillis < deadlineMillis;
          if (isOver) {
            replies.outcome(waiter.replyTo, outcome);
          }
          return isOver;
        });
  }

  private void dismiss(Predicate<Waiter> isAnswered) {
    int kept = 0;
    for (Waiter waiter : waiting) {
      if (!isAnswered.test(waiter)) {
        waiting[kept++] = waiter;
      }
    }
    waiting = Arrays.copyOf(waiting, kept);
  }

  static PendingCommand of(ClientConnection.Inherit inherited) {
    long untilMillis = inherited.command().deadline().toEpochMilli();
    PendingCommand command =
        new PendingCommand(
            inherited.command(),
            inherited.waiting().stream()
                .map(to -> new Waiter(to, untilMillis, inherited.abandoned().contains(to)))
                .toArray(Waiter[]::new));
    inherited.cancelWaiting().forEach(command::joinCancel);
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
        Arrays.stream(waiting).map(Waiter::replyTo).toList(),
        Arrays.stream(waiting).filter(Waiter::abandoned).map(Waiter::replyTo).toList(),
        List.copyOf(cancelWaiting),
        reached,
        sentToInstance,
        cancelRequested,
        redelivered);
  }

  /** Those who wait for the same command under another entity's care wait here too. */
  void joinAll(PendingCommand inherited, Replies replies) {
    for (Waiter waiter : inherited.waiting) {
      join(waiter.until(deadlineMillis), replies);
    }
    inherited.cancelWaiting.forEach(this::joinCancel);
  }

  void joinCancel(ReplyTo replyTo) {
    if (cancelWaiting.isEmpty()) {
      cancelWaiting = new ArrayList<>(1);
    }
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
