package org.streamingcommands.agent;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.agent.Disconnect.Cause;
import org.streamingcommands.agent.Timers.Timer;
import org.streamingcommands.credentials.TokenSource;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.Welcome;

/**
 * A client: keeps one stream to an edge open, runs the commands that arrive on it and answers them.
 *
 * <pre>{@code
 * try (Agent agent = Agent.builder("127.0.0.1:7443").service("bots").clientId("bot-1")
 *     .on(Move.class, (move, context) -> robot.move(move))
 *     .connect()) {
 *   agent.closed().join();
 * }
 * }</pre>
 *
 * <p><b>Delivery.</b> A command id runs at most once in one agent: one that comes again is answered
 * with its receipt or its result. A result is kept until the server confirms it and is sent again
 * after a reconnect, with the ids that still run. What is remembered lives in memory: a new process
 * is a new instance, to which nothing is redelivered.
 *
 * <p><b>Connection.</b> An agent that loses its connection dials again, the next of its addresses,
 * with exponential back-off and full jitter, for as long as it lives. It stays away only once
 * another connection of the same client id took its place ({@link AgentState#REPLACED}); then it
 * cancels what it runs.
 *
 * <p><b>Threads.</b> Thread-safe. Handlers run where the builder says; frames are handled on the
 * event loop and timers on one thread, both shared by all agents of the JVM, so an idle agent holds
 * no thread. Dependents of its futures run on those threads and must not block.
 */
public final class Agent implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Agent.class);

  /** A connection that lived so long was a good one. */
  private static final Duration STABLE = Duration.ofSeconds(10);

  /** How long the server may take to answer a half-close. */
  private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(2);

  private final Identity identity;
  private final Endpoints endpoints;
  private final @Nullable TokenSource token;
  private final Backoff backoff;
  private final Ledger ledger;
  private final CommandRunner runner;
  private final Timers timers;
  private final Duration welcomeTimeout;
  private final Duration closeGrace;
  private final AgentListener listener;
  private final InOrder listening = new InOrder(Runnable::run, 1);
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final Session.Owner owner = new Owner();

  private final Object lock = new Object();
  // All below is guarded by the lock; the volatile ones are also read without.
  private volatile AgentState state = AgentState.WAITING;
  private volatile @Nullable Session session;
  private Timer timer = Timer.NONE;
  private long lastEpoch;
  private long welcomedAt;
  private boolean leaving;

  Agent(
      AgentBuilder builder,
      Identity identity,
      Endpoints endpoints,
      Backoff backoff,
      Ledger ledger,
      Handlers handlers) {
    this.identity = identity;
    this.endpoints = endpoints;
    this.token = builder.token;
    this.backoff = backoff;
    this.ledger = ledger;
    this.timers = builder.timers;
    this.welcomeTimeout = builder.welcomeTimeout;
    this.closeGrace = builder.closeGrace;
    this.listener = builder.listener;
    this.runner =
        new CommandRunner(
            handlers,
            ledger,
            timers,
            builder.executor,
            builder.concurrency,
            builder.maxQueued,
            () -> session);
  }

  /**
   * Describes an agent that dials one of these addresses, beginning with any and then in turn.
   *
   * @param addresses "host:port", or any other target that grpc-java knows
   */
  public static AgentBuilder builder(String... addresses) {
    return new AgentBuilder(List.of(addresses));
  }

  public AgentState state() {
    return state;
  }

  /**
   * Completes once a server took the agent in for the first time, and exceptionally when it was
   * closed or replaced before that.
   */
  public CompletableFuture<Void> connected() {
    return connected.copy();
  }

  /** Completes once the agent left for good: it was closed, or replaced. */
  public CompletableFuture<Void> closed() {
    return closed.copy();
  }

  /**
   * Sends an application event to the service's message handler. At most once: what is lost with
   * the connection is not sent again.
   *
   * @return whether it was handed to the transport; false while the agent is not connected, and
   *     while the network takes no more
   * @throws IllegalArgumentException where it is larger than the server takes
   */
  public boolean event(Message event) {
    Session current = session;
    if (current == null) {
      return false;
    }
    var frame = ClientFrame.newBuilder();
    frame.getEventBuilder().setPayload(event instanceof Any any ? any : Any.pack(event));
    return current.event(frame.build());
  }

  /**
   * Leaves: takes no new commands, lets go of those that wait for a handler, lets those that run
   * finish for as long as the grace, sends their results and half-closes. Commands still running
   * then have no outcome; their contexts are cancelled. Waits for all that; not to be called by a
   * handler or a listener, which use {@link #closeAsync()}. Closing twice is closing once.
   */
  @Override
  public void close() {
    CompletableFuture<Void> left = closeAsync();
    Duration patience = closeGrace.plus(LEAVE_TIMEOUT).plus(LEAVE_TIMEOUT);
    try {
      left.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.warn("Agent {} did not close within {}", identity.clientId(), patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does what {@link #close()} does without waiting for it. */
  public CompletableFuture<Void> closeAsync() {
    synchronized (lock) {
      if (hasStopped()) {
        return closed();
      }
      state = AgentState.CLOSING;
      timer.cancel();
      timer = timers.schedule(closeGrace, this::leave);
    }
    runner.stop();
    runner.idle().thenRun(this::leave);
    return closed();
  }

  void start() {
    dial();
  }

  private void dial() {
    Session next;
    long epoch;
    synchronized (lock) {
      if (state != AgentState.WAITING) {
        return;
      }
      next = new Session(endpoints.next(), token, owner, runner, ledger, timers);
      // From here on results go to the new session, which holds them until its welcome.
      session = next;
      state = AgentState.CONNECTING;
      epoch = lastEpoch;
    }
    next.start(Greeting.of(identity, epoch, ledger), welcomeTimeout);
  }

  private void redial() {
    try {
      dial();
    } catch (Throwable e) {
      // The channel's customizer failed, or the name does not resolve to anything that can be
      // dialled. Nothing else wakes this agent again, so that an Error must not end it either.
      log.warn("Agent {} could not dial", identity.clientId(), e);
      retry(new Disconnect(Cause.REFUSED, String.valueOf(e.getMessage()), Duration.ZERO));
    }
  }

  private void retry(Disconnect why) {
    Duration delay;
    synchronized (lock) {
      if (hasStopped()) {
        return;
      }
      state = AgentState.WAITING;
      delay =
          why.cause() == Cause.REFUSED ? backoff.slowest() : why.reconnectIn().plus(backoff.next());
    }
    tell(hears -> hears.disconnected(why.reconnectingIn(delay)));
    synchronized (lock) {
      if (state == AgentState.WAITING) {
        timer = timers.schedule(delay, this::redial);
      }
    }
  }

  /** Whether it is on its way out, or out. Under the lock. */
  private boolean hasStopped() {
    return switch (state) {
      case CLOSING, CLOSED, REPLACED -> true;
      case CONNECTING, CONNECTED, WAITING -> false;
    };
  }

  private void leave() {
    Session last;
    synchronized (lock) {
      if (leaving) {
        return;
      }
      leaving = true;
      last = session;
      timer.cancel();
      if (last != null) {
        timer =
            timers.schedule(
                LEAVE_TIMEOUT,
                () -> last.end(Cause.CLOSED, "the server did not end the stream", Duration.ZERO));
      }
    }
    if (last == null) {
      stopped(AgentState.CLOSED);
    } else {
      last.leave();
    }
  }

  private void stopped(AgentState last) {
    synchronized (lock) {
      if (state == AgentState.CLOSED || state == AgentState.REPLACED) {
        return;
      }
      state = last;
      timer.cancel();
    }
    runner.stop();
    boolean wasReplaced = last == AgentState.REPLACED;
    runner.cancelAll(wasReplaced ? "another connection took over" : "the agent was closed");
    tell(wasReplaced ? AgentListener::replaced : AgentListener::closed);
    connected.completeExceptionally(
        new IllegalStateException("the agent was " + (wasReplaced ? "replaced" : "closed")));
    closed.complete(null);
  }

  private void tell(Consumer<AgentListener> what) {
    listening.execute(
        () -> {
          try {
            what.accept(listener);
          } catch (RuntimeException e) {
            log.warn("The listener of agent {} failed", identity.clientId(), e);
          }
        });
  }

  /** Hears the sessions; only the current one counts. */
  private final class Owner implements Session.Owner {
    @Override
    public void welcomed(Session from, Welcome welcome) {
      synchronized (lock) {
        if (from != session || hasStopped()) {
          return;
        }
        state = AgentState.CONNECTED;
        lastEpoch = welcome.getEpoch();
        welcomedAt = timers.nanos();
      }
      tell(hears -> hears.connected(welcome.getSessionId(), welcome.getEpoch()));
      connected.complete(null);
    }

    @Override
    public void ended(Session from, Cause cause, String message, Duration reconnectDelay) {
      boolean left;
      synchronized (lock) {
        if (from != session) {
          return;
        }
        session = null;
        left = leaving;
        if (state == AgentState.CONNECTED && timers.nanos() - welcomedAt >= STABLE.toNanos()) {
          backoff.reset();
        }
      }
      var why = new Disconnect(cause, message, reconnectDelay);
      report(why);
      if (left) {
        stopped(AgentState.CLOSED);
      } else if (cause == Cause.REPLACED) {
        tell(hears -> hears.disconnected(why.reconnectingIn(Duration.ZERO)));
        stopped(AgentState.REPLACED);
      } else {
        retry(why);
      }
    }

    private void report(Disconnect why) {
      if (why.cause() == Cause.REFUSED || why.cause() == Cause.REPLACED) {
        log.warn("Agent {} is {}: {}", identity.clientId(), why.cause(), why.message());
      } else {
        log.debug("Agent {} is {}: {}", identity.clientId(), why.cause(), why.message());
      }
    }
  }
}
