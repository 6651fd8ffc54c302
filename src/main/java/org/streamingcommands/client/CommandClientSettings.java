package org.streamingcommands.client;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.credentials.TokenSource;

/**
 * How a sender reaches the api of the nodes. Read once, validated; {@code reference.conf} says what
 * each value does, under {@code streaming-commands.client}.
 *
 * @param addresses of the api, of one node or of several, or names that stand for several: each
 *     carries its share, and the others that of one that cannot be reached; empty where none is
 *     configured
 * @param queueTimeout how long a command may wait for the stream to take it
 * @param connectTimeout how long a command may wait for a connection
 * @param callTimeout when a send without a timeout of its own gives up
 * @param maxInFlight commands that are written and not answered, on all addresses together; as many
 *     again may wait
 * @param maxCommandBytes the largest command
 * @param maxPendingBytes commands that wait or are not answered
 * @param keepaliveTime how long a connection with a stream may be silent before it is probed
 * @param keepaliveTimeout how long the answer to a probe may take
 * @param idleTimeout how long a connection without commands stays open
 * @param resolveInterval how often to look up what the names among the addresses stand for
 * @param tls how to be sure of the api; empty for a connection in the clear
 * @param token what to show the api; empty for nothing
 */
public record CommandClientSettings(
    List<ApiAddress> addresses,
    Duration queueTimeout,
    Duration connectTimeout,
    Duration callTimeout,
    int maxInFlight,
    int maxCommandBytes,
    long maxPendingBytes,
    Duration keepaliveTime,
    Duration keepaliveTimeout,
    Duration idleTimeout,
    Duration resolveInterval,
    Optional<Tls> tls,
    Optional<TokenSource> token) {

  /** Where {@link #from} reads. */
  public static final String PATH = "streaming-commands.client";

  // The same as in reference.conf, so that a process without a configuration needs none. A test
  // compares the two.
  private static final CommandClientSettings DEFAULTS =
      new CommandClientSettings(
          List.of(),
          Duration.ofSeconds(5),
          Duration.ofSeconds(3),
          Duration.ofSeconds(5),
          10_000,
          4_000 << 10,
          64 << 20,
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Optional.empty(),
          Optional.empty());

  /**
   * @throws IllegalArgumentException where a value is out of range; the message names its key
   */
  public CommandClientSettings {
    addresses = List.copyOf(addresses);
    checkPositive(queueTimeout, "queue-timeout");
    checkPositive(connectTimeout, "connect-timeout");
    checkPositive(callTimeout, "call-timeout");
    check(maxInFlight > 0, "max-in-flight", "more than zero");
    check(maxCommandBytes > 0, "max-command-size", "1 byte to 2 GiB");
    check(maxPendingBytes >= maxCommandBytes, "max-pending-size", "max-command-size or more");
    checkPositive(keepaliveTime, "keepalive-time");
    checkPositive(keepaliveTimeout, "keepalive-timeout");
    checkPositive(idleTimeout, "idle-timeout");
    checkPositive(resolveInterval, "resolve-interval");
  }

  /** Without an address. */
  public static CommandClientSettings defaults() {
    return DEFAULTS;
  }

  /**
   * The defaults with this address.
   *
   * @param address {@code host:port}, or several with commas between; an IPv6 address in brackets
   */
  public static CommandClientSettings of(String address) {
    return DEFAULTS.withAddress(address);
  }

  /**
   * Reads {@link #PATH} of a whole configuration.
   *
   * @throws com.typesafe.config.ConfigException where a key is missing or of another type
   */
  public static CommandClientSettings from(Config root) {
    Config config = root.getConfig(PATH);
    String address = config.getString("api-address");
    CommandClientSettings settings =
        new CommandClientSettings(
            List.of(),
            config.getDuration("queue-timeout"),
            config.getDuration("connect-timeout"),
            config.getDuration("call-timeout"),
            config.getInt("max-in-flight"),
            (int) Math.min(config.getBytes("max-command-size"), Integer.MAX_VALUE),
            config.getBytes("max-pending-size"),
            config.getDuration("keepalive-time"),
            config.getDuration("keepalive-timeout"),
            config.getDuration("idle-timeout"),
            config.getDuration("resolve-interval"),
            tls(config.getConfig("tls")),
            file(config, "token-file").map(TokenSource::file));
    return address.isEmpty() ? settings : settings.withAddress(address);
  }

  private static Optional<Tls> tls(Config config) {
    if (!config.getBoolean("enabled")) {
      return Optional.empty();
    }
    return Optional.of(
        new Tls(file(config, "ca"), file(config, "certificate"), file(config, "key")));
  }

  private static Optional<Path> file(Config config, String key) {
    return Optional.of(config.getString(key)).filter(name -> !name.isEmpty()).map(Path::of);
  }

  public boolean hasAddress() {
    return !addresses.isEmpty();
  }

  /** All of them, with commas between. */
  public String address() {
    return addresses.stream().map(ApiAddress::toString).collect(Collectors.joining(","));
  }

  /**
   * @param address {@code host:port}, or several with commas between; an IPv6 address in brackets
   */
  public CommandClientSettings withAddress(String address) {
    try {
      List<ApiAddress> all = ApiAddress.parseAll(address);
      return with(draft -> draft.addresses = all);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s.api-address: %s".formatted(PATH, e.getMessage()), e);
    }
  }

  public CommandClientSettings withQueueTimeout(Duration value) {
    return with(draft -> draft.queueTimeout = value);
  }

  public CommandClientSettings withConnectTimeout(Duration value) {
    return with(draft -> draft.connectTimeout = value);
  }

  public CommandClientSettings withCallTimeout(Duration value) {
    return with(draft -> draft.callTimeout = value);
  }

  public CommandClientSettings withMaxInFlight(int value) {
    return with(draft -> draft.maxInFlight = value);
  }

  public CommandClientSettings withMaxCommandBytes(int value) {
    return with(draft -> draft.maxCommandBytes = value);
  }

  public CommandClientSettings withMaxPendingBytes(long value) {
    return with(draft -> draft.maxPendingBytes = value);
  }

  public CommandClientSettings withKeepaliveTime(Duration value) {
    return with(draft -> draft.keepaliveTime = value);
  }

  public CommandClientSettings withKeepaliveTimeout(Duration value) {
    return with(draft -> draft.keepaliveTimeout = value);
  }

  public CommandClientSettings withIdleTimeout(Duration value) {
    return with(draft -> draft.idleTimeout = value);
  }

  public CommandClientSettings withResolveInterval(Duration value) {
    return with(draft -> draft.resolveInterval = value);
  }

  public CommandClientSettings withTls(Tls value) {
    return with(draft -> draft.tls = Optional.of(value));
  }

  /** Sent over TLS, or to this machine, only. Asked for every stream. */
  public CommandClientSettings withToken(TokenSource value) {
    return with(draft -> draft.token = Optional.of(value));
  }

  private CommandClientSettings with(Consumer<Draft> edit) {
    Draft draft = new Draft(this);
    edit.accept(draft);
    return draft.settings();
  }

  private static void checkPositive(Duration value, String key) {
    check(!value.isNegative() && !value.isZero(), key, "more than zero");
  }

  private static void check(boolean good, String key, String rule) {
    if (!good) {
      throw new IllegalArgumentException("%s.%s: must be %s".formatted(PATH, key, rule));
    }
  }

  /** What the withers change, so that none of them has to repeat them all. */
  private static final class Draft {
    private List<ApiAddress> addresses;
    private Duration queueTimeout;
    private Duration connectTimeout;
    private Duration callTimeout;
    private int maxInFlight;
    private int maxCommandBytes;
    private long maxPendingBytes;
    private Duration keepaliveTime;
    private Duration keepaliveTimeout;
    private Duration idleTimeout;
    private Duration resolveInterval;
    private Optional<Tls> tls;
    private Optional<TokenSource> token;

    private Draft(CommandClientSettings from) {
      addresses = from.addresses;
      queueTimeout = from.queueTimeout;
      connectTimeout = from.connectTimeout;
      callTimeout = from.callTimeout;
      maxInFlight = from.maxInFlight;
      maxCommandBytes = from.maxCommandBytes;
      maxPendingBytes = from.maxPendingBytes;
      keepaliveTime = from.keepaliveTime;
      keepaliveTimeout = from.keepaliveTimeout;
      idleTimeout = from.idleTimeout;
      resolveInterval = from.resolveInterval;
      tls = from.tls;
      token = from.token;
    }

    private CommandClientSettings settings() {
      return new CommandClientSettings(
          addresses,
          queueTimeout,
          connectTimeout,
          callTimeout,
          maxInFlight,
          maxCommandBytes,
          maxPendingBytes,
          keepaliveTime,
          keepaliveTimeout,
          idleTimeout,
          resolveInterval,
          tls,
          token);
    }
  }
}
