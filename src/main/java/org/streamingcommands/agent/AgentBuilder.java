package org.streamingcommands.agent;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.credentials.TokenSource;

/**
 * Describes an {@link Agent}: where it dials, who it is, what it can do. Service and client id must
 * be set, all else has a default. Not thread-safe.
 */
public final class AgentBuilder {
  private final List<String> targets;
  private final Map<String, String> labels = new HashMap<>();
  private final Handlers.Builder handlers = new Handlers.Builder();
  private String service = "";
  private String clientId = "";
  private String version = "";
  private Supplier<ChannelCredentials> credentials = InsecureChannelCredentials::create;
  private UnaryOperator<NettyChannelBuilder> customizer = UnaryOperator.identity();
  private Duration connectTimeout = Duration.ofSeconds(3);
  private Duration keepAliveTime = Duration.ofSeconds(30);
  private Duration keepAliveTimeout = Duration.ofSeconds(10);
  private Duration backoffBase = Duration.ofMillis(100);
  private Duration backoffMax = Duration.ofSeconds(30);
  private MemoryBounds memory = new MemoryBounds(10_000, Duration.ofMinutes(10), 16L << 20);
  private DoubleSupplier jitter = () -> ThreadLocalRandom.current().nextDouble();

  // Read by the agent itself.
  @Nullable TokenSource token;
  Duration welcomeTimeout = Duration.ofSeconds(10);
  Duration closeGrace = Duration.ofSeconds(5);
  Executor executor = SharedThreads.handlers();
  int concurrency = 1;
  int maxQueued = 10_000;
  Timers timers = Timers.on(SharedThreads.timer(), Clock.systemUTC());
  AgentListener listener = new AgentListener() {};

  AgentBuilder(List<String> targets) {
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("an agent needs at least one address to dial");
    }
    this.targets = List.copyOf(targets);
  }

  /** The service that the client belongs to, such as "bots". */
  public AgentBuilder service(String name) {
    service = Objects.requireNonNull(name);
    return this;
  }

  /** The client's id, unique within its service. */
  public AgentBuilder clientId(String id) {
    clientId = Objects.requireNonNull(id);
    return this;
  }

  /** Something to find the client by; up to 32. */
  public AgentBuilder label(String key, String value) {
    labels.put(key, Objects.requireNonNull(value));
    return this;
  }

  /** The version of the client's software, for people. */
  public AgentBuilder version(String text) {
    version = Objects.requireNonNull(text);
    return this;
  }

  /**
   * Runs the commands of one type.
   *
   * @throws IllegalArgumentException where the type has a handler already
   */
  public <C extends Message> AgentBuilder on(Class<C> type, CommandHandler<C, ?> handler) {
    handlers.on(type, Objects.requireNonNull(handler));
    return this;
  }

  /** Runs the commands of one type, each answered later. See {@link #on}. */
  public <C extends Message> AgentBuilder onAsync(Class<C> type, AsyncCommandHandler<C> handler) {
    handlers.onAsync(type, Objects.requireNonNull(handler));
    return this;
  }

  /** Runs the commands of every type that has no handler of its own. */
  public AgentBuilder onOther(CommandHandler<Any, ?> handler) {
    handlers.onOther(Objects.requireNonNull(handler));
    return this;
  }

  /** Runs the commands of every type that has no handler of its own, each answered later. */
  public AgentBuilder onOtherAsync(AsyncCommandHandler<Any> handler) {
    handlers.onOtherAsync(Objects.requireNonNull(handler));
    return this;
  }

  /**
   * How many handlers run at once, 1 unless set: then a command starts when the one before it has
   * ended (for an asynchronous handler: has returned its stage). They start in order of arrival in
   * any case.
   */
  public AgentBuilder concurrency(int handlersAtOnce) {
    concurrency = atLeast(1, handlersAtOnce, "concurrency");
    return this;
  }

  /**
   * How many commands may wait for a handler, 10,000 unless set. One more is answered as {@link
   * FailureCode#OVERLOADED}.
   */
  public AgentBuilder maxQueued(int commands) {
    maxQueued = atLeast(1, commands, "maxQueued");
    return this;
  }

  /**
   * Where handlers run, instead of a pool of daemon threads that all agents of the JVM share. The
   * concurrency holds on it too. The caller shuts it down, after the agent is closed.
   */
  public AgentBuilder executor(Executor handlerExecutor) {
    executor = Objects.requireNonNull(handlerExecutor);
    if (concurrency == 0) {
      concurrency = 1;
    }
    return this;
  }

  /**
   * Runs handlers on the network thread: the lowest latency, for handlers that never block. One
   * that blocks holds up this agent's answers to pings, and other agents with it. Overrides
   * concurrency and executor.
   */
  public AgentBuilder onNetworkThread() {
    executor = Runnable::run;
    concurrency = 0;
    return this;
  }

  /**
   * What times deadlines and reconnects, instead of one daemon thread for all agents of the JVM.
   */
  public AgentBuilder scheduler(ScheduledExecutorService scheduler) {
    timers = Timers.on(scheduler, Clock.systemUTC());
    return this;
  }

  /**
   * How much to remember of commands that ended, so that one that comes again is answered and not
   * run again: 10,000 commands, 10 minutes and 16 MiB of results unless set. Results that the
   * server has not confirmed are kept up to ten times as many, however old.
   */
  public AgentBuilder remember(int commands, Duration age, long bytes) {
    memory = new MemoryBounds(commands, age, bytes);
    return this;
  }

  /**
   * How long to wait between attempts to connect: a random time up to {@code base}, 100 ms unless
   * set, doubled with every failure up to {@code max}, 30 s. A connection that lived for 10 s
   * starts it over.
   */
  public AgentBuilder backoff(Duration base, Duration max) {
    backoffBase = positive(base, "backoff base");
    backoffMax = positive(max, "backoff max");
    return this;
  }

  /** How long a TCP connect may take, 3 s unless set. */
  public AgentBuilder connectTimeout(Duration timeout) {
    connectTimeout = positive(timeout, "connectTimeout");
    return this;
  }

  /** How long it may take from dialling to the server's welcome, 10 s unless set. */
  public AgentBuilder welcomeTimeout(Duration timeout) {
    welcomeTimeout = positive(timeout, "welcomeTimeout");
    return this;
  }

  /**
   * HTTP/2 keepalive, by which a server that vanished is noticed: a ping after so long a silence,
   * 30 s unless set (the server must permit it), and an answer within so long, 10 s.
   */
  public AgentBuilder keepAlive(Duration time, Duration timeout) {
    keepAliveTime = positive(time, "keepAlive time");
    keepAliveTimeout = positive(timeout, "keepAlive timeout");
    return this;
  }

  /** How long {@link Agent#close()} waits for handlers that run, 5 s unless set. */
  public AgentBuilder closeGrace(Duration grace) {
    closeGrace = grace.isZero() ? grace : positive(grace, "closeGrace");
    return this;
  }

  public AgentBuilder listener(AgentListener hears) {
    listener = Objects.requireNonNull(hears);
    return this;
  }

  /**
   * TLS, with a certificate of its own where the edge asks for one; plaintext unless set. The files
   * are read for every attempt to connect, so that renewed ones are used from the next on.
   */
  public AgentBuilder tls(Tls tls) {
    credentials = tls::channelCredentials;
    return this;
  }

  /**
   * The token to show: with every attempt to connect, and again on the open stream before it
   * expires, so that the source only has to have a newer one by then. Over TLS, or to this machine,
   * only.
   */
  public AgentBuilder token(TokenSource source) {
    token = Objects.requireNonNull(source);
    return this;
  }

  /** Any other credentials of grpc-java; plaintext unless set. */
  public AgentBuilder credentials(ChannelCredentials channelCredentials) {
    Objects.requireNonNull(channelCredentials);
    credentials = () -> channelCredentials;
    return this;
  }

  /**
   * A last hand on the channel of every attempt: an interceptor that adds a token, an event loop
   * group of one's own, a larger inbound message. Called under the agent's lock; it must not block.
   */
  public AgentBuilder channel(UnaryOperator<NettyChannelBuilder> lastHand) {
    customizer = Objects.requireNonNull(lastHand);
    return this;
  }

  AgentBuilder timers(Timers other) {
    timers = other;
    return this;
  }

  AgentBuilder jitter(DoubleSupplier zeroToOne) {
    jitter = zeroToOne;
    return this;
  }

  /**
   * Starts the agent and returns at once; {@link Agent#connected()} tells when the server took it
   * in.
   *
   * @throws IllegalArgumentException where a name or an address is wrong; the message says which
   */
  public Agent connect() {
    var identity = new Identity(service, clientId, UUID.randomUUID().toString(), labels, version);
    var endpoints =
        new Endpoints(
            targets,
            ThreadLocalRandom.current().nextInt(targets.size()),
            credentials,
            customizer,
            connectTimeout,
            keepAliveTime,
            keepAliveTimeout);
    var agent =
        new Agent(
            this,
            identity,
            endpoints,
            new Backoff(backoffBase, backoffMax, jitter),
            new Ledger(memory, timers::now),
            handlers.build());
    agent.start();
    return agent;
  }

  private static int atLeast(int min, int value, String name) {
    if (value < min) {
      throw new IllegalArgumentException(name + " must be at least " + min + ", is " + value);
    }
    return value;
  }

  private static Duration positive(Duration duration, String name) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + " must be more than zero, is " + duration);
    }
    return duration;
  }
}
