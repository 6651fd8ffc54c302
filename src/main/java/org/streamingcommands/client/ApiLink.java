package org.streamingcommands.client;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Reason;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceStub;
import org.streamingcommands.grpc.v1.DispatchResponse;

/**
 * The way to one api address: one channel and on it one {@code Dispatch} stream, dialled again when
 * it breaks. Lives until it was idle for idle-timeout.
 *
 * <p>A sender's thread writes to the stream itself, the event loop tells the answers, and the clock
 * sweeps: no thread and no timer per command. What the stream carried when it broke is asked again
 * under the same command ids, in the same order, before anything newer.
 */
final class ApiLink implements DispatchCall.Listener {
  private static final int MAX_STRIKES = 3;

  /**
   * Whether there is a stream.
   *
   * @param open whether there is one that was ready once
   * @param since when it became so, in terms of {@link System#nanoTime}
   * @param trouble how the last one ended; empty before that
   */
  record Reach(boolean open, long since, String trouble) {}

  private final CommandClientSettings settings;
  private final Consumer<ApiLink> onClosed;
  private final ManagedChannel channel;
  private final CommandServiceStub stub;
  private final ExchangeTable table;
  private final Queue<Exchange> waiting = new ConcurrentLinkedQueue<>();
  private final Queue<Runnable> news = new ConcurrentLinkedQueue<>();
  private final Turns turns = new Turns(this::turn);

  private volatile Reach reach = new Reach(false, System.nanoTime(), "");

  // Touched in a turn only.
  private final ArrayDeque<Exchange> again = new ArrayDeque<>();
  private final Backoff backoff = new Backoff();
  private @Nullable DispatchCall call;
  private long calls;
  private boolean patient;
  private long nextDial = System.nanoTime();
  private boolean shut;

  ApiLink(CommandClientSettings settings, Consumer<ApiLink> onClosed) {
    this.settings = settings;
    this.onClosed = onClosed;
    this.channel = ApiChannel.to(settings);
    this.stub = CommandServiceGrpc.newStub(channel);
    this.table =
        new ExchangeTable(settings.maxInFlight(), settings.maxPendingBytes(), this::released);
    new Sweep(settings, this, waiting).start();
  }

  /** Where an exchange for this link has its place. */
  ExchangeTable table() {
    return table;
  }

  Reach reach() {
    return reach;
  }

  /** Takes it over, unless the link is full or closed: then nothing happened to it. */
  ExchangeTable.Admission offer(Exchange exchange) {
    ExchangeTable.Admission admission = table.admit(exchange);
    if (admission == ExchangeTable.Admission.ADMITTED) {
      waiting.add(exchange);
      turns.request();
    }
    return admission;
  }

  /**
   * Keeps the channel open for a call beside the stream, until {@link #letGo}.
   *
   * @return false where it is closed already
   */
  boolean hold() {
    return table.hold();
  }

  void letGo() {
    table.letGo();
  }

  /** For calls beside the stream, while they {@link #hold} it. */
  Channel channel() {
    return channel;
  }

  boolean closeIfIdle() {
    if (!table.closeIfEmpty()) {
      return false;
    }
    shutDown();
    return true;
  }

  /** Ends whatever is under way. */
  void close() {
    table.close();
    endAll();
    shutDown();
  }

  @Override
  public void ready() {
    turns.request();
  }

  @Override
  public void answered(DispatchResponse answer) {
    Exchange exchange = table.get(answer.getCorrelationId());
    // One that gave up before the node did is no longer here.
    if (exchange != null) {
      exchange.answered(answer);
    }
  }

  @Override
  public void ended(DispatchCall over, Status status) {
    news.add(() -> broken(over, status));
    turns.request();
  }

  private void released() {
    if (!waiting.isEmpty()) {
      turns.request();
    }
  }

  private void turn() {
    for (Runnable next = news.poll(); next != null; next = news.poll()) {
      next.run();
    }
    if (!shut) {
      dial();
      write();
    }
  }

  private void dial() {
    long now = System.nanoTime();
    if (call != null || table.isEmpty() || now - nextDial < 0) {
      return;
    }
    // The first try fails at once and says why; the next ones wait for the connection to come.
    if (patient) {
      channel.resetConnectBackoff();
    }
    call = DispatchCall.open(patient ? stub.withWaitForReady() : stub, ++calls, this);
  }

  private void write() {
    DispatchCall stream = call;
    while (stream != null && stream.isReady()) {
      if (!reach.open()) {
        reach = new Reach(true, System.nanoTime(), "");
      }
      Exchange next = again.poll();
      if (next == null && table.hasRoomInFlight()) {
        next = waiting.poll();
      }
      if (next == null) {
        return;
      }
      write(next, stream);
    }
  }

  private void write(Exchange exchange, DispatchCall stream) {
    long now = System.nanoTime();
    if (exchange.remaining(now) <= 0) {
      // One that went out before still has its grace; the sweep ends it.
      exchange.notSent(Reason.TIMED_OUT, "the time was over before a stream took it");
      return;
    }
    boolean first = exchange.isWaiting();
    if (exchange.take(stream.number())) {
      if (first) {
        table.countWritten();
      }
      stream.write(exchange.request(now));
    }
  }

  private void broken(DispatchCall over, Status status) {
    if (over != call) {
      return;
    }
    call = null;
    boolean wasOpen = reach.open();
    long now = System.nanoTime();
    String trouble = ApiChannel.describe(status);
    reach = new Reach(false, wasOpen ? now : reach.since(), trouble);
    patient = !over.isAnswered();
    if (patient) {
      nextDial = now + backoff.nextNanos();
      Clock.after(nextDial - now, turns::request);
    } else {
      backoff.reset();
      nextDial = now;
    }
    askAgain(over, wasOpen && isFault(status), trouble);
  }

  /**
   * A stream that fails over and over may fail because of one request in it, and which one cannot
   * be told: so each gets only so many tries. A node that goes away is nobody's fault.
   */
  private void askAgain(DispatchCall over, boolean fault, String trouble) {
    again.clear();
    for (Exchange exchange : table.written()) {
      if (fault && exchange.strike(over.number()) > MAX_STRIKES) {
        exchange.undelivered(
            Reason.NODE_UNREACHABLE,
            "the api at %s ended its stream again and again: %s"
                .formatted(settings.address(), trouble));
      } else {
        again.add(exchange);
      }
    }
  }

  private static boolean isFault(Status status) {
    return switch (status.getCode()) {
      // A stream whose token expired is nobody's fault either: the next one shows another.
      case OK, UNAVAILABLE, UNAUTHENTICATED -> false;
      default -> true;
    };
  }

  /** Tries to connect now: the channel's own pauses grow to minutes. */
  void nudge() {
    channel.resetConnectBackoff();
  }

  void endAll() {
    for (Exchange exchange : table.all()) {
      exchange.undelivered(
          Reason.SHUTTING_DOWN, "the link to " + settings.address() + " was closed");
    }
  }

  private void shutDown() {
    onClosed.accept(this);
    news.add(
        () -> {
          if (shut) {
            return;
          }
          shut = true;
          waiting.clear();
          again.clear();
          if (call != null) {
            call.complete();
          }
          channel.shutdown();
          // A node that does not end its side must not keep the connection.
          Clock.after(Duration.ofSeconds(1).toNanos(), channel::shutdownNow);
        });
    turns.request();
  }
}
