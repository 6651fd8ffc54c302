package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/**
 * One send of this node that waits for its outcome, and, once it has that, the task that tells it:
 * there is one for every command, so it is one object. Told by whoever has the answer, one at a
 * time; asked again and reminded by the sweep.
 */
final class PendingSend implements PendingSends.Waiting, Runnable {
  /**
   * How long before its deadline a send to another node is said once more, where nothing ended it:
   * it, or the answer, may have been lost between the nodes.
   */
  private static final long REMIND_MILLIS = 2_000;

  /** What to tell its entity, and to ask again with. */
  final ClientConnection.Send send;

  /** Whether its entity was told without a way in between on which it can be lost. */
  final boolean direct;

  private final CommandListener listener;
  private final long deadlineMillis;
  private final long remindAtMillis;

  /** By the sweep only. */
  private boolean reminded;

  /** Whether it was asked again, so that no one entity knows all that became of it. */
  private volatile boolean asked;

  private volatile @Nullable Receipt reached;

  /** Set by the one who took it out of the table, before it is run. */
  private @Nullable Outcome<Any> outcome;

  PendingSend(
      ClientConnection.Send send, boolean direct, CommandListener listener, long nowMillis) {
    this.send = send;
    this.direct = direct;
    this.listener = listener;
    this.deadlineMillis = send.command().deadline().toEpochMilli();
    this.remindAtMillis =
        deadlineMillis - Math.min(REMIND_MILLIS, (deadlineMillis - nowMillis) / 2);
  }

  @Override
  public long deadlineMillis() {
    return deadlineMillis;
  }

  /** It is said to its entity again, perhaps to another one. */
  void askAgain() {
    asked = true;
  }

  /**
   * @return whether it is time to say it once more; once only
   */
  boolean remind(long nowMillis) {
    boolean isTime = !reminded && remindAtMillis <= nowMillis && nowMillis < deadlineMillis;
    reminded |= isTime;
    return isTime;
  }

  void reach(Receipt receipt) {
    Receipt before = reached;
    if (before == null || before.compareTo(receipt) < 0) {
      reached = receipt;
      PendingSends.guarded(() -> listener.receipt(receipt));
    }
  }

  void progress(Progress progress) {
    PendingSends.guarded(() -> listener.progress(progress));
  }

  /** Tells the outcome, with others of this thread's; it is out of the table. */
  void end(Outcome<Any> ended) {
    outcome = certain(ended);
    StreamThread.afterwards(this);
  }

  @Override
  public void run() {
    try {
      listener.outcome(Objects.requireNonNull(outcome));
    } catch (RuntimeException e) {
      PendingSends.threw(e);
    }
  }

  /** An entity speaks for what it was told; what a lost one did before that, it cannot know. */
  private Outcome<Any> certain(Outcome<Any> ended) {
    if (!asked || !(ended instanceof Outcome.Undelivered<Any> undelivered)) {
      return ended;
    }
    Certainty floor = unanswered();
    return undelivered.certainty().compareTo(floor) >= 0
        ? ended
        : new Outcome.Undelivered<>(undelivered.reason(), floor, undelivered.message());
  }

  /** What is known of it where no answer came. */
  Certainty unanswered() {
    return reached == Receipt.RECEIVED
        ? Certainty.RECEIVED_NOT_FINISHED
        : Certainty.SENT_UNCONFIRMED;
  }
}
