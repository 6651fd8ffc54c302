package org.streamingcommands.client;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Reason;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceStub;
import org.streamingcommands.grpc.v1.DispatchResponse;

/**
 * The way to one api address: one channel and on it one {@code Dispatch} stream, dialled again when
 * it breaks.
 *
 * <p>The event loop writes what senders give it, all that is there by then together, and tells the
 * answers; the clock sweeps: no thread and no timer per command. What the stream carried when it
 * broke is asked again under the same command ids, in the same order, before anything newer.
 *
 * <p>A client's exchanges come to one link, their home, which keeps their order. While it has no
 * stream, it has another carry them, and until those have ended also what comes after them; that
 * one gives back what it could not carry.
 */
final class ApiLink implements DispatchCall.Listener {
  private static final int MAX_STRIKES = 3;

  /** How long a node that refuses everything is not asked again. */
  private static final long REFUSAL_PAUSE = Duration.ofSeconds(1).toNanos();

  /** What was written to a node that lives has arrived by then. */
  private static final long ARRIVAL = Duration.ofSeconds(1).toNanos();

  private final ApiTarget target;
  private final int seed;
  private final ApiLinks links;
  private final EventLoop loop;
  private final ManagedChannel channel;
  private final CommandServiceStub stub;
  private final ExchangeTable table;
  private final int maxCommandBytes;
  private final Queue<Exchange> waiting = new ConcurrentLinkedQueue<>();

  /** Carried for other homes. */
  private final Queue<Exchange> guests = new ConcurrentLinkedQueue<>();

  private final Queue<Runnable> news = new ConcurrentLinkedQueue<>();
  private final Turns turns = new Turns(this::turn);

  private volatile boolean open;

  /** The node takes nothing new until its stream ends. */
  private volatile boolean draining;

  /** The node refuses everything at present, and is not asked for a while. */
  private volatile boolean paused;

  /** Its address is one no more. */
  private volatile boolean leaving;

  /** Since when, in terms of {@link System#nanoTime}; set before it leaves. */
  private volatile long leavingSince;

  private volatile boolean mayDial;

  // Touched in a turn only.
  private final ArrayDeque<Exchange> again = new ArrayDeque<>();
  private final Away away = new Away();
  private final Backoff backoff = new Backoff();
  private @Nullable DispatchCall call;
  private boolean patient;
  private long nextDial = System.nanoTime();
  private boolean shut;

  /**
   * @param mayDial false for a name that may stand for several
   */
  ApiLink(ApiTarget target, CommandClientSettings settings, ApiLinks links, boolean mayDial) {
    this.target = target;
    this.seed = Homes.mix(target.toString().hashCode());
    this.links = links;
    this.mayDial = mayDial;
    this.loop = ApiLoops.next();
    this.channel = ApiChannel.to(target, settings, loop);
    this.stub = CommandServiceGrpc.newStub(channel);
    this.table = links.table();
    this.maxCommandBytes = settings.maxCommandBytes();
  }

  ApiTarget target() {
    return target;
  }

  /** What tells its mark from those of the others. */
  int seed() {
    return seed;
  }

  /** Whether there is a stream that was ready once, to a node that takes commands. */
  boolean isUsable() {
    return open && isTaking();
  }

  private boolean isTaking() {
    return !draining && !paused && !leaving;
  }

  void allowToDial() {
    mayDial = true;
    turns.request();
  }

  /** Takes nothing new; what is written may be answered, the rest goes to others. */
  void leave() {
    leavingSince = System.nanoTime();
    leaving = true;
    turns.request();
    Clock.after(ARRIVAL, turns::request);
  }

  /** Whether it left and has no connection any more. */
  boolean isGone() {
    return leaving && channel.isTerminated();
  }

  /** Takes over an exchange whose home this is. */
  void offer(Exchange exchange) {
    waiting.add(exchange);
    if (open) {
      turns.requestOn(loop);
    } else {
      turns.request();
    }
  }

  /** For calls beside the stream. */
  Channel channel() {
    return channel;
  }

  @Override
  public void ready() {
    turns.request();
  }

  @Override
  public void answered(DispatchResponse answer) {
    Exchange exchange = table.get(answer.getCorrelationId());
    // One that gave up before the node did is no longer here.
    if (exchange == null || isMended(exchange, answer)) {
      return;
    }
    exchange.answered(answer);
  }

  /** Whether the node passed the command on to nobody, and another may do better. */
  private boolean isMended(Exchange exchange, DispatchResponse answer) {
    Reason why = ApiLinks.refusalOf(answer);
    if (why == Reason.SHUTTING_DOWN && links.hasOthers(this)) {
      draining = true;
      return isPassedOn(exchange, "the node at " + target + " is stopping");
    }
    // Where every node says so it is the answer.
    if (why == Reason.NO_MAJORITY && links.hasUsableOther(this)) {
      pause();
      return isPassedOn(exchange, "the node at " + target + " is without a majority");
    }
    return false;
  }

  private boolean isPassedOn(Exchange exchange, String why) {
    if (!exchange.unwrite()) {
      return false;
    }
    links.changed(why);
    exchange.home().takeBack(List.of(exchange));
    return true;
  }

  private void pause() {
    if (paused) {
      return;
    }
    paused = true;
    Clock.after(
        REFUSAL_PAUSE,
        () -> {
          paused = false;
          links.changed("");
          turns.request();
        });
  }

  @Override
  public void ended(DispatchCall over, Status status) {
    news.add(() -> broken(over, status));
    turns.request();
  }

  /** Something of it ended. */
  void released(Exchange exchange) {
    if (exchange.isAway()) {
      news.add(() -> away.returned(exchange));
      turns.request();
    } else if (!waiting.isEmpty()) {
      // Once all that came with it is told: what those let go goes together.
      turns.requestOn(loop);
    }
  }

  /** There may be another link now that can carry what waits here. */
  void othersChanged() {
    turns.request();
  }

  /** In their order: they go out before what waits here. */
  private void takeBack(List<Exchange> back) {
    news.add(
        () -> {
          for (Exchange exchange : back) {
            away.returned(exchange);
            again.add(exchange);
          }
        });
    turns.request();
  }

  private void carry(Exchange guest) {
    guests.add(guest);
    turns.request();
  }

  private void turn() {
    for (Runnable next = news.poll(); next != null; next = news.poll()) {
      next.run();
    }
    if (!shut) {
      dial();
      write();
      if (leaving) {
        hangUp();
      }
      if (!isUsable()) {
        giveAway();
      }
    }
  }

  private void dial() {
    long now = System.nanoTime();
    if (call != null || leaving || !mayDial || table.isEmpty() || now - nextDial < 0) {
      return;
    }
    // The first try fails at once and says why; the next ones wait for the connection to come.
    if (patient) {
      channel.resetConnectBackoff();
    }
    CommandServiceStub dialled = patient ? stub.withWaitForReady() : stub;
    call = DispatchCall.open(dialled, links.nextStream(), maxCommandBytes, this);
  }

  private void write() {
    DispatchCall stream = call;
    if (stream != null) {
      write(stream);
      stream.flush();
    }
  }

  private void write(DispatchCall stream) {
    while (stream.isReady() && isTaking()) {
      if (!open) {
        open = true;
        links.changed("");
      }
      Exchange next = next();
      if (next == null) {
        return;
      }
      ApiLink carrier = next.home() == this ? away.carrierOf(next) : null;
      if (carrier == null || !carrier.isUsable()) {
        write(next, stream);
      } else {
        // Others of its client are there still.
        away.sent(next, carrier);
        carrier.carry(next);
      }
    }
  }

  private @Nullable Exchange next() {
    Exchange next = again.poll();
    if (next == null && table.hasRoomInFlight()) {
      next = guests.poll();
      return next == null ? waiting.poll() : next;
    }
    return next;
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

  /** Others carry what is here, as far as there are any and it may go already. */
  private void giveAway() {
    Set<ClientKey> arriving = arriving();
    for (Iterator<Exchange> each = guests.iterator(); each.hasNext(); ) {
      Exchange guest = each.next();
      if (!arriving.contains(guest.client())) {
        each.remove();
        guest.home().takeBack(List.of(guest));
      }
    }
    if (giveAway(again, arriving)) {
      giveAway(waiting, arriving);
    }
  }

  /**
   * @return false where there is nobody to carry the rest
   */
  private boolean giveAway(Queue<Exchange> from, Set<ClientKey> arriving) {
    for (Iterator<Exchange> each = from.iterator(); each.hasNext(); ) {
      Exchange next = each.next();
      if (arriving.contains(next.client())) {
        continue;
      }
      ApiLink carrier = away.carrierOf(next);
      ApiLink other =
          carrier == null || !carrier.isUsable() ? links.usable(next.client()) : carrier;
      if (other == null || other == this) {
        return false;
      }
      each.remove();
      away.sent(next, other);
      other.carry(next);
    }
    return true;
  }

  /**
   * Those whose last commands may be on their way to a node that this link takes leave of: what
   * comes after them must not be at another node before.
   */
  private Set<ClientKey> arriving() {
    DispatchCall stream = call;
    if (!leaving || stream == null || System.nanoTime() - leavingSince >= ARRIVAL) {
      return Set.of();
    }
    return table.written(stream.number()).stream()
        .map(Exchange::client)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** What is written still gets its answer. */
  private void hangUp() {
    DispatchCall last = call;
    if (last != null && table.written(last.number()).isEmpty()) {
      call = null;
      open = false;
      last.complete();
    }
    if (call == null) {
      channel.shutdown();
    }
  }

  private void broken(DispatchCall over, Status status) {
    if (over != call) {
      return;
    }
    call = null;
    boolean wasOpen = open;
    open = false;
    draining = false;
    long now = System.nanoTime();
    String trouble = ApiChannel.describe(status);
    patient = !over.isAnswered();
    if (patient) {
      nextDial = now + backoff.nextNanos();
      Clock.after(nextDial - now, turns::request);
    } else {
      backoff.reset();
      nextDial = now;
    }
    if (wasOpen && status.getCode() == Status.Code.UNAVAILABLE) {
      // A node that stops may keep the connection for its other calls and refuse every new one on
      // it; behind one name there may be another node, for a connection of its own.
      channel.enterIdle();
    }
    askAgain(over, wasOpen && isFault(status), trouble);
    links.changed(trouble);
    links.lookAgain();
  }

  /**
   * A stream that fails over and over may fail because of one request in it, and which one cannot
   * be told: so each gets only so many tries. A node that goes away is nobody's fault.
   */
  private void askAgain(DispatchCall over, boolean fault, String trouble) {
    ArrayDeque<Exchange> later = new ArrayDeque<>(again);
    again.clear();
    for (Exchange exchange : table.written(over.number())) {
      if (fault && exchange.strike(over.number()) > MAX_STRIKES) {
        exchange.undelivered(
            Reason.NODE_UNREACHABLE,
            "the api at %s ended its stream again and again: %s".formatted(target, trouble));
      } else if (exchange.home() == this) {
        again.add(exchange);
      } else {
        exchange.home().takeBack(List.of(exchange));
      }
    }
    again.addAll(later);
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
    if (!open) {
      channel.resetConnectBackoff();
      turns.request();
    }
  }

  /** Those that ended while they waited. */
  void dropEnded() {
    waiting.removeIf(Exchange::isEnded);
    guests.removeIf(Exchange::isEnded);
  }

  void shutDown() {
    news.add(
        () -> {
          if (shut) {
            return;
          }
          shut = true;
          waiting.clear();
          guests.clear();
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
