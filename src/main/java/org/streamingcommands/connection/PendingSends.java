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

  private static final Logger log = LoggerFactory.getLogger(PendingSends.class);

  /** How a send comes to its entity. */
  enum Way {
    /** It is on this node and told directly: nothing is lost on the way. */
    STRAIGHT,
    /** To the node that has it. */
    SHORTCUT,
    /** Through the region, which finds it; and then it is to tell where it is. */
    REGION
  }

  /** What waits for an answer. */
  sealed interface Waiting permits PendingSend, Cancelling, Disconnecting, Inspecting {
    long deadlineMillis();
  }

  private record Cancelling(Consumer<CancelResult> answer, long deadlineMillis)
      implements Waiting {}

  private record Disconnecting(CompletableFuture<Boolean> answer, long deadlineMillis)
      implements Waiting {}

  private record Inspecting(Consumer<ClientView> answer, long deadlineMillis) implements Waiting {}

  private final String node;
  private final InstantSource clock;
  private final Counters counters;

  /** Begins with the time, so that answers to this node's predecessor find nobody. */
  private final AtomicLong nextTicket = new AtomicLong(System.currentTimeMillis() << 20);

  private final SendOrder order = new SendOrder(nextTicket::incrementAndGet);

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
   * @param way how it will be told
   */
  ClientConnection.Send send(
      ClientKey client, Command command, boolean steps, CommandListener listener, Way way) {
    boolean direct = way == Way.STRAIGHT;
    SendOrder.Place place = direct ? order.straight(client) : order.join(client);
    ReplyTo replyTo = new ReplyTo(node, place.ticket(), steps);
    ClientConnection.Send send =
        new ClientConnection.Send(client, command, replyTo, place.after(), way == Way.REGION);
    byTicket.put(replyTo.ticket(), new PendingSend(send, direct, listener, clock.millis()));
    return send;
  }

  /** What was told for a ticket; null where it has ended. */
  ClientConnection.@Nullable Send find(long ticket) {
    return byTicket.get(ticket) instanceof PendingSend pending ? pending.send : null;
  }

  /** Whether an answer would find somebody; of another node's senders this one cannot know. */
  boolean mayWait(ReplyTo to) {
    return !isHere(to) || byTicket.containsKey(to.ticket());
  }

  /** Sends once more what has no outcome; an entity that has it takes it for one. */
  void askAgain(Predicate<ClientKey> isElsewhere, Consumer<ClientConnection.Send> route) {
    // In the order of their sends, which is that of their tickets.
    for (Long ticket : new TreeSet<>(byTicket.keySet())) {
      if (byTicket.get(ticket) instanceof PendingSend pending && mayBeLost(pending, isElsewhere)) {
        pending.askAgain();
        counters.askedAgain.increment();
        route.accept(again(pending.send));
      }
    }
  }

  /** What it had to wait for may have ended at an entity that is gone, and then never comes. */
  private ClientConnection.Send again(ClientConnection.Send send) {
    return send.after() == SendOrder.FIRST || byTicket.containsKey(send.after())
        ? send
        : new ClientConnection.Send(
            send.client(), send.command(), send.replyTo(), SendOrder.FIRST, false);
  }

  /** One that came to life here since may never have been told. */
  private static boolean mayBeLost(PendingSend pending, Predicate<ClientKey> isElsewhere) {
    return !pending.direct || isElsewhere.test(pending.send.client());
  }

  /**
   * Says once more what is about to time out. Its entity, which is not lost, joins it to what it
   * has or gives the outcome again. Called by one thread at a time.
   */
  void remind(Predicate<ClientKey> isElsewhere, Consumer<ClientConnection.Send> route) {
    long now = clock.millis();
    byTicket.forEach(
        (ticket, waiting) -> {
          if (waiting instanceof PendingSend pending
              && pending.remind(now)
              && mayBeLost(pending, isElsewhere)) {
            counters.reminded.increment();
            route.accept(again(pending.send));
          }
        });
  }

  ReplyTo cancel(Consumer<CancelResult> onCancel, long deadlineMillis) {
    return add(new Cancelling(onCancel, deadlineMillis));
  }

  /**
   * @param onDisconnect fails with a {@link CommandException} where no answer came
   */
  ReplyTo disconnect(CompletableFuture<Boolean> onDisconnect, long deadlineMillis) {
    return add(new Disconnecting(onDisconnect, deadlineMillis));
  }

  ReplyTo inspect(Consumer<ClientView> onInspect, long deadlineMillis) {
    return add(new Inspecting(onInspect, deadlineMillis));
  }

  private ReplyTo add(Waiting waiting) {
    ReplyTo replyTo = new ReplyTo(node, nextTicket.incrementAndGet(), false);
    byTicket.put(replyTo.ticket(), waiting);
    return replyTo;
  }

  @Override
  public boolean isHere(ReplyTo to) {
    return node.equals(to.node());
  }

  @Override
  public void receipt(ReplyTo to, Receipt receipt) {
    if (byTicket.get(to.ticket()) instanceof PendingSend pending) {
      pending.reach(receipt);
    }
  }

  @Override
  public void progress(ReplyTo to, Progress progress) {
    if (byTicket.get(to.ticket()) instanceof PendingSend pending) {
      pending.progress(progress);
    }
  }

  @Override
  public void outcome(ReplyTo to, Outcome<Any> outcome) {
    if (byTicket.remove(to.ticket()) instanceof PendingSend pending) {
      if (!pending.direct) {
        order.leave(pending.send.client(), to.ticket());
      }
      pending.end(outcome);
    }
  }

  @Override
  public void cancelResult(ReplyTo to, CancelResult result) {
    if (byTicket.remove(to.ticket()) instanceof Cancelling cancelling) {
      guarded(() -> cancelling.answer.accept(result));
    }
  }

  @Override
  public void disconnected(ReplyTo to, boolean wasConnected) {
    if (byTicket.remove(to.ticket()) instanceof Disconnecting disconnecting) {
      guarded(() -> disconnecting.answer.complete(wasConnected));
    }
  }

  @Override
  public void inspected(ReplyTo to, ClientView view) {
    if (byTicket.remove(to.ticket()) instanceof Inspecting inspecting) {
      guarded(() -> inspecting.answer.accept(view));
    }
  }

  /** Ends what its entity did not end in time. */
  void sweep() {
    long overdue = clock.millis() - GRACE_MILLIS;
    byTicket.forEach(
        (ticket, waiting) -> {
          if (waiting.deadlineMillis() < overdue) {
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
    if (waiting instanceof PendingSend pending) {
      outcome(to, new Outcome.Undelivered<>(reason, pending.unanswered(), message));
    } else if (waiting instanceof Cancelling) {
      cancelResult(to, CancelResult.notConfirmed());
    } else if (waiting instanceof Inspecting) {
      inspected(to, ClientView.NOTHING);
    } else if (waiting instanceof Disconnecting disconnecting && byTicket.remove(ticket) != null) {
      guarded(
          () ->
              disconnecting.answer.completeExceptionally(
                  new CommandException(
                      new Outcome.Undelivered<>(reason, Certainty.SENT_UNCONFIRMED, message))));
    }
  }

  /** A listener that throws must not take the client's entity down. */
  static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      threw(e);
    }
  }

  static void threw(RuntimeException by) {
    log.error("a command listener threw; what it was told is lost on it", by);
  }
}
