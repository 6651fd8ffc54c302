package org.streamingcommands.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A TCP proxy on loopback that breaks on demand. Put it between a client and a server, dial {@link
 * #address()}, and make of the network what a test needs:
 *
 * <pre>{@code
 * try (FaultyLink link = FaultyLink.to(edge);
 *     Agent agent = Agent.builder(link.target()).service("bots").clientId("b1").connect()) {
 *   link.halfOpen(); // the cable is pulled: nobody hears an end
 *   link.heal();     // what was held back goes on
 *   link.cut();      // both sides hear a reset
 * }
 * }</pre>
 *
 * <p>Every fault stays until {@link #heal()} or until it is set anew, holds for the connections of
 * now and of later, and is in place when the call returns. Thread-safe. All links of a JVM share
 * one daemon thread, so hundreds cost little. What a side sends that the link does not take stays
 * in that side's buffers, as with a real peer that does not read.
 */
public final class FaultyLink implements AutoCloseable {
  private final LinkLoop loop = LinkLoop.shared();
  private final InetSocketAddress target;
  private final ServerSocketChannel server;
  private final InetSocketAddress address;
  private final Map<Direction, LinkRules> rules = new EnumMap<>(Direction.class);
  private final Set<LinkConnection> connections = new HashSet<>();
  private final SplittableRandom random;
  private boolean refusing;

  /**
   * A link in front of this address, without any fault.
   *
   * @throws IOException where no port can be bound
   */
  public static FaultyLink to(InetSocketAddress target) throws IOException {
    return to(target, 0);
  }

  /**
   * The same, with the randomness of its jitter seeded.
   *
   * @throws IOException where no port can be bound
   */
  public static FaultyLink to(InetSocketAddress target, long seed) throws IOException {
    return new FaultyLink(target, seed);
  }

  private FaultyLink(InetSocketAddress target, long seed) throws IOException {
    this.target = target;
    this.random = new SplittableRandom(seed);
    for (Direction direction : Direction.values()) {
      rules.put(direction, new LinkRules());
    }
    server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    server.configureBlocking(false);
    address = (InetSocketAddress) server.getLocalAddress();
    loop.call(this::listen);
  }

  private void listen() {
    try {
      server.register(loop.selector(), SelectionKey.OP_ACCEPT, (LinkLoop.Ready) this::accept);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void accept(SelectionKey key) throws IOException {
    SocketChannel near = server.accept();
    if (near == null) {
      return;
    }
    if (refusing) {
      near.setOption(StandardSocketOptions.SO_LINGER, 0);
      near.close();
      return;
    }
    try {
      connections.add(new LinkConnection(loop, near, target, rules, random, connections::remove));
    } catch (IOException e) {
      near.close();
    }
  }

  /** Where to dial. */
  public InetSocketAddress address() {
    return address;
  }

  /** Where to dial, as "host:port". */
  public String target() {
    return address.getHostString() + ":" + address.getPort();
  }

  /** How many connections it carries now. */
  public int connections() {
    int[] count = new int[1];
    loop.call(() -> count[0] = connections.size());
    return count[0];
  }

  /** Ends every connection with a reset to both sides. New ones are taken. */
  public void cut() {
    loop.call(() -> List.copyOf(connections).forEach(LinkConnection::reset));
  }

  /** Ends every connection with an orderly end (FIN) to both sides. New ones are taken. */
  public void cutGracefully() {
    loop.call(() -> List.copyOf(connections).forEach(LinkConnection::finish));
  }

  /** Carries nothing in either direction and keeps every socket open. */
  public void halfOpen() {
    loop.call(() -> rules.values().forEach(direction -> direction.halted = true));
  }

  /** Carries nothing in one direction. */
  public void halfOpen(Direction direction) {
    loop.call(() -> rules.get(direction).halted = true);
  }

  /** Delays every byte in both directions by so long. */
  public void delay(Duration delay) {
    delay(delay, Duration.ZERO);
  }

  /** Delays every byte in both directions by so long and up to the jitter longer, in order. */
  public void delay(Duration delay, Duration jitter) {
    delay(Direction.TO_SERVER, delay, jitter);
    delay(Direction.TO_CLIENT, delay, jitter);
  }

  /** Delays every byte in one direction by so long and up to the jitter longer, in order. */
  public void delay(Direction direction, Duration delay, Duration jitter) {
    loop.call(
        () -> {
          rules.get(direction).delayNanos = delay.toNanos();
          rules.get(direction).jitterNanos = jitter.toNanos();
        });
  }

  /** Lets at most so many bytes a second through in each direction, over all connections. */
  public void throttle(long bytesPerSecond) {
    throttle(Direction.TO_SERVER, bytesPerSecond);
    throttle(Direction.TO_CLIENT, bytesPerSecond);
  }

  /** Lets at most so many bytes a second through in one direction, over all connections. */
  public void throttle(Direction direction, long bytesPerSecond) {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException("bytesPerSecond must be at least 1: " + bytesPerSecond);
    }
    loop.call(() -> rules.get(direction).throttle(bytesPerSecond));
  }

  /** Resets new connections as soon as they come. Those that stand go on. */
  public void refuse() {
    loop.call(() -> refusing = true);
  }

  /** Takes every fault back; what was held back goes on. */
  public void heal() {
    loop.call(
        () -> {
          refusing = false;
          rules.values().forEach(LinkRules::heal);
          List.copyOf(connections).forEach(LinkConnection::wake);
        });
  }

  /** Takes no more connections and resets those that stand. */
  @Override
  public void close() {
    loop.call(
        () -> {
          refusing = true;
          List.copyOf(connections).forEach(LinkConnection::reset);
          try {
            server.close();
          } catch (IOException e) {
            // It is of no use to anyone any more, closed or not.
          }
        });
  }
}
