package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.testkit.HistoryEvent.Ending;

/**
 * A record of what senders, clients and the network did, for {@link HistoryChecker}. Whoever does
 * something records it: a send before it is made, a fault once it is in place, a healing before it
 * is, the start of an execution first and its end last. Thread-safe; grows without bound.
 */
public final class History {
  private final Queue<HistoryEvent> events = new ConcurrentLinkedQueue<>();
  private final AtomicLong sends = new AtomicLong();

  /** Records anything; {@link #now()} is its clock. */
  public void add(HistoryEvent event) {
    events.add(event);
  }

  /** {@link System#nanoTime()}. */
  public static long now() {
    return System.nanoTime();
  }

  /**
   * Records a send that is about to be made and everything that its sender hears.
   *
   * @param steps whether the sender asks for receipts
   * @param then hears of the outcome after it was recorded
   * @return what to give to the engine
   */
  public CommandListener sending(
      String client, Command command, boolean steps, Consumer<Outcome<Any>> then) {
    long send = sends.incrementAndGet();
    long now = now();
    long left = Duration.between(Instant.now(), command.deadline()).toNanos();
    String thread = Thread.currentThread().getName();
    add(new HistoryEvent.Sent(now, send, client, command, thread, now + left, steps));
    String id = command.id();
    return new CommandListener() {
      @Override
      public void receipt(Receipt receipt) {
        add(new HistoryEvent.Receipted(now(), send, client, id, receipt));
      }

      @Override
      public void progress(Progress progress) {}

      @Override
      public void outcome(Outcome<Any> outcome) {
        add(new HistoryEvent.Ended(now(), send, client, id, outcome));
        then.accept(outcome);
      }
    };
  }

  /** A process of the client starts to run a command: the handler's first line. */
  public void started(String client, String process, String commandId, Any payload) {
    add(new HistoryEvent.Started(now(), client, process, commandId, payload));
  }

  /** It is about to answer. */
  public void answered(String client, String process, String commandId, Any answer) {
    add(new HistoryEvent.Finished(now(), client, process, commandId, Ending.ANSWERED, answer));
  }

  /** It is about to say that it failed or was stopped. */
  public void gaveUp(String client, String process, String commandId, Ending ending) {
    add(
        new HistoryEvent.Finished(
            now(), client, process, commandId, ending, Any.getDefaultInstance()));
  }

  public void processStarted(String client, String process) {
    add(new HistoryEvent.ProcessStarted(now(), client, process));
  }

  public void processEnded(String client, String process) {
    add(new HistoryEvent.ProcessEnded(now(), client, process));
  }

  public void linkBroken(String client, String process) {
    add(new HistoryEvent.LinkBroken(now(), client, process));
  }

  public void linkDisturbed(String client, String process, String how) {
    add(new HistoryEvent.LinkDisturbed(now(), client, process, how));
  }

  public void linkHealed(String client, String process) {
    add(new HistoryEvent.LinkHealed(now(), client, process));
  }

  public void connected(String client, String process, String session) {
    add(new HistoryEvent.Connected(now(), client, process, session));
  }

  public void disconnected(String client, String process, String why) {
    add(new HistoryEvent.Disconnected(now(), client, process, why));
  }

  public void replaced(String client, String process) {
    add(new HistoryEvent.Replaced(now(), client, process));
  }

  public void note(String client, String text) {
    add(new HistoryEvent.Noted(now(), client, text));
  }

  /** A listing, with the time at which it was asked for. */
  public void listed(long askedNanos, Set<String> clients) {
    add(new HistoryEvent.Listed(askedNanos, now(), Set.copyOf(clients)));
  }

  /** What was recorded so far, in the order of time. */
  public List<HistoryEvent> events() {
    List<HistoryEvent> sorted = new ArrayList<>(events);
    long origin = sorted.isEmpty() ? 0 : sorted.get(0).nanos();
    // The clock may be negative and wrap; differences do not.
    sorted.sort(Comparator.comparingLong(event -> event.nanos() - origin));
    return sorted;
  }
}
