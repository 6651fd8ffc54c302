package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/**
 * Who on this node waits for an answer, by ticket. Answers come from the entity; where none comes,
 * {@link #sweep} ends the send a little after its deadline, so that nothing ever hangs.
 */
final class PendingSends implements Replies {
  /** How long after the deadline the entity's own word is waited for. */
  private static final long GRACE_MILLIS = 500;

  /**
   * How long before its deadline a send to another node is said once more, where nothing ended it:
   * it, or the answer, may have been lost between the nodes.
   */
  private static final long REMIND_MILLIS = 2_000;

  private static final Logger log = LoggerFactory.getLogger(PendingSends.class);

  private static final class Waiting {
    /** What to ask again with; null for what is not asked again. */
    ClientConnection.@Nullable Send send;

    /** Whether its entity was told without a way in between on which it can be lost. */
    boolean direct;

    /** Whether it was asked again, so that no one entity knows all that became of it. */
    volatile boolean asked;

    /** Before it is in the table; then touched by the sweep only. */
    long remindAtMillis;

    boolean reminded;

    volatile @Nullable Receipt reached;
    final @Nullable CommandListener listener;
    final @Nullable Consumer<CancelResult> onCancel;
    final @Nullable CompletableFuture<Boolean> onDisconnect;
    final @Nullable Consumer<ClientView> onInspect;
    final long deadlineMillis;

    Waiting(
        @Nullable CommandListener listener,
        @Nullable Consumer<CancelResult> onCancel,
        @Nullable CompletableFuture<Boolean> onDisconnect,
        @Nullable Consumer<ClientView> onInspect,
        long deadlineMillis) {
      this.listener = listener;
      this.onCancel = onCancel;
      this.onDisconnect = onDisconnect;
      this.onInspect = onInspect;
      this.deadlineMillis = deadlineMillis;
    }
  }

  private final String node;
  private final InstantSource clock;
  private final Counters counters;

  /** Begins with the time, so that answers to this node's predecessor find nobody. */
  private final AtomicLong nextTicket = new AtomicLong(System.currentTimeMillis() << 20);

  private final Map<Long, Waiting> byTicket = new ConcurrentHashMap<>();

  PendingSends(String node, InstantSource clock, Counters counters) {
    this.node = node;
    this.clock = clock;
    this.counters = counters;
  }

  int size() {
    return byTicket.size();
  }

  /**
   * What to tell the client's entity.
   *
   * @param direct whether it is on this node and told directly, so that nothing is lost on the way
   */
  ClientConnection.Send send(
      ClientKey client, Command command, boolean steps, CommandListener listener, boolean direct) {
    Waiting waiting = new Waiting(listener, null, null, null, command.deadline().toEpochMilli());
    long timeLeft = waiting.deadlineMillis - clock.millis();
    waiting.remindAtMillis = waiting.deadlineMillis - Math.min(REMIND_MILLIS, timeLeft / 2);
    waiting.direct = direct;
    ReplyTo replyTo = add(waiting, steps);
    ClientConnection.Send send = new ClientConnection.Send(client, command, replyTo);
    waiting.send = send;
    return send;
  }

  /** What was told for a ticket; null where it has ended. */
  ClientConnection.@Nullable Send find(long ticket) {
    Waiting waiting = byTicket.get(ticket);
    return waiting == null ? null : waiting.send;
  }

  /** Sends once more what has no outcome; an entity that has it takes it for one. */
  void askAgain(Predicate<ClientKey> isElsewhere, Consumer<ClientConnection.Send> route) {
    // In the order of their sends, which is that of their tickets.
    for (Long ticket : new TreeSet<>(byTicket.keySet())) {
      Waiting waiting = byTicket.get(ticket);
      ClientConnection.Send send = waiting == null ? null : waiting.send;
      if (waiting != null && send != null && mayBeLost(waiting, send, isElsewhere)) {
        waiting.asked = true;
        counters.askedAgain.increment();
        route.accept(send);
      }
    }
  }

  /** One that came to life here since may never have been told. */
  private static boolean mayBeLost(
      Waiting waiting, ClientConnection.Send send, Predicate<ClientKey> isElsewhere) {
    return !waiting.direct || isElsewhere.test(send.client());
  }

  /**
   * Says once more what is about to time out. Its entity, which is not lost, joins it to what it
   * has or gives the outcome again. Called by one thread at a time.
   */
  void remind(Predicate<ClientKey> isElsewhere, Consumer<ClientConnection.Send> route) {
    long now = clock.millis();
    byTicket.forEach(
        (ticket, waiting) -> {
          ClientConnection.Send send = waiting.send;
          if (send != null
              && !waiting.reminded
              && waiting.remindAtMillis <= now
              && now < waiting.deadlineMillis) {
            waiting.reminded = true;
            if (mayBeLost(waiting, send, isElsewhere)) {
              counters.reminded.increment();
              route.accept(send);
            }
          }
        });
  }

  ReplyTo cancel(Consumer<CancelResult> onCancel, long deadlineMillis) {
    return add(new Waiting(null, onCancel, null, null, deadlineMillis), false);
  }

  /**
   * @param onDisconnect fails with a {@link CommandException} where no answer came
   */
  ReplyTo disconnect(CompletableFuture<Boolean> onDisconnect, long deadlineMillis) {
    return add(new Waiting(null, null, onDisconnect, null, deadlineMillis), false);
  }

  ReplyTo inspect(Consumer<ClientView> onInspect, long deadlineMillis) {
    return add(new Waiting(null, null, null, onInspect, deadlineMillis), false);
  }

  private ReplyTo add(Waiting waiting, boolean steps) {
    long ticket = nextTicket.incrementAndGet();
    byTicket.put(ticket, waiting);
    return new ReplyTo(node, ticket, steps);
  }

  @Override
  public boolean isHere(ReplyTo to) {
    return node.equals(to.node());
  }

  @Override
  public void receipt(ReplyTo to, Receipt receipt) {
    Waiting waiting = byTicket.get(to.ticket());
    if (waiting != null && waiting.listener != null) {
      Receipt before = waiting.reached;
      if (before == null || before.compareTo(receipt) < 0) {
        waiting.reached = receipt;
        CommandListener listener = waiting.listener;
        guarded(() -> listener.receipt(receipt));
      }
    }
  }

  @Override
  public void progress(ReplyTo to, Progress progress) {
    Waiting waiting = byTicket.get(to.ticket());
    if (waiting != null && waiting.listener != null) {
      CommandListener listener = waiting.listener;
      guarded(() -> listener.progress(progress));
    }
  }

  @Override
  public void outcome(ReplyTo to, Outcome<Any> outcome) {
    Waiting waiting = byTicket.remove(to.ticket());
    if (waiting != null && waiting.listener != null) {
      CommandListener listener = waiting.listener;
      Outcome<Any> certain = certain(waiting, outcome);
      StreamThread.afterwards(() -> guarded(() -> listener.outcome(certain)));
    }
  }

  /** An entity speaks for what it was told; what a lost one did before that, it cannot know. */
  private static Outcome<Any> certain(Waiting waiting, Outcome<Any> outcome) {
    if (!waiting.asked || !(outcome instanceof Outcome.Undelivered<Any> undelivered)) {
      return outcome;
    }
    Certainty floor = unanswered(waiting);
    return undelivered.certainty().compareTo(floor) >= 0
        ? outcome
        : new Outcome.Undelivered<>(undelivered.reason(), floor, undelivered.message());
  }

  private static Certainty unanswered(Waiting waiting) {
    return waiting.reached == Receipt.RECEIVED
        ? Certainty.RECEIVED_NOT_FINISHED
        : Certainty.SENT_UNCONFIRMED;
  }

  @Override
  public void cancelResult(ReplyTo to, CancelResult result) {
    Waiting waiting = byTicket.remove(to.ticket());
    if (waiting != null && waiting.onCancel != null) {
      Consumer<CancelResult> onCancel = waiting.onCancel;
      guarded(() -> onCancel.accept(result));
    }
  }

  @Override
  public void disconnected(ReplyTo to, boolean wasConnected) {
    Waiting waiting = byTicket.remove(to.ticket());
    if (waiting != null && waiting.onDisconnect != null) {
      CompletableFuture<Boolean> onDisconnect = waiting.onDisconnect;
      guarded(() -> onDisconnect.complete(wasConnected));
    }
  }

  @Override
  public void inspected(ReplyTo to, ClientView view) {
    Waiting waiting = byTicket.remove(to.ticket());
    if (waiting != null && waiting.onInspect != null) {
      Consumer<ClientView> onInspect = waiting.onInspect;
      guarded(() -> onInspect.accept(view));
    }
  }

  /** Ends what its entity did not end in time. */
  void sweep() {
    long overdue = clock.millis() - GRACE_MILLIS;
    byTicket.forEach(
        (ticket, waiting) -> {
          if (waiting.deadlineMillis < overdue) {
            counters.unanswered.increment();
            end(ticket, waiting, Reason.TIMED_OUT, "no answer came from the client's entity");
          }
        });
  }

  /** Ends everything: the node stops. */
  void endAll() {
    byTicket.forEach(
        (ticket, waiting) ->
            end(ticket, waiting, Reason.SHUTTING_DOWN, "the sender's node is stopping"));
  }

  private void end(long ticket, Waiting waiting, Reason reason, String message) {
    ReplyTo to = new ReplyTo(node, ticket, false);
    if (waiting.listener != null) {
      outcome(to, new Outcome.Undelivered<>(reason, unanswered(waiting), message));
    } else if (waiting.onCancel != null) {
      cancelResult(to, CancelResult.notConfirmed());
    } else if (waiting.onInspect != null) {
      inspected(to, ClientView.NOTHING);
    } else if (waiting.onDisconnect != null && byTicket.remove(ticket) != null) {
      CompletableFuture<Boolean> onDisconnect = waiting.onDisconnect;
      guarded(
          () ->
              onDisconnect.completeExceptionally(
                  new CommandException(
                      new Outcome.Undelivered<>(reason, Certainty.SENT_UNCONFIRMED, message))));
    }
  }

  /** A listener that throws must not take the client's entity down. */
  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      log.error("a command listener threw; what it was told is lost on it", e);
    }
  }
}
