package org.streamingcommands.bench;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.File;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The load generator's process: clients of every server that is measured. */
final class Clients implements Worker {
  /** Listeners drop connects that come faster than they accept. */
  private static final int AT_ONCE = 50;

  private static final long WELCOME_SECONDS = 20;

  /** Of one address: the system has some 28,000 ports for it. */
  private static final int PER_ADDRESS = 15_000;

  private final Map<String, List<LoadClient>> byEdge = new HashMap<>();
  private final List<LoadClient> guests = new ArrayList<>();
  private @Nullable LoadClient stalled;

  @Override
  public Line work(Line order) throws Exception {
    return switch (order.word()) {
      case "connect" -> connect(order);
      case "come" -> come(order.get("edge"), order.number("clients"));
      case "go" -> go();
      case "stall" -> stall(order.get("edge"));
      case "release" -> release();
      default -> throw new IllegalArgumentException("no such order: " + order.word());
    };
  }

  /** Adds clients until there are so many. */
  private Line connect(Line order) throws Exception {
    String edge = order.get("edge");
    int count = order.number("clients");
    // One for all: a client has no more than its connection of its own.
    SslContext tls =
        order.has("trust")
            ? GrpcSslContexts.forClient().trustManager(new File(order.get("trust"))).build()
            : null;
    List<LoadClient> clients = byEdge.computeIfAbsent(edge, e -> new ArrayList<>());
    int there = clients.size();
    return timed(
        clients,
        count - there,
        n -> LoadClient.connect(edge, Sender.clientId(there + n), source(there + n), tls));
  }

  /** Clients that are there only until they go. */
  private Line come(String edge, int count) throws Exception {
    return timed(guests, count, n -> LoadClient.connect(edge, "guest-" + n, source(n), null));
  }

  private Line go() throws InterruptedException {
    for (LoadClient guest : guests) {
      guest.close();
    }
    for (LoadClient guest : guests) {
      guest.awaitEnd();
    }
    guests.clear();
    return Line.of("done");
  }

  /** Connects so many, some at once, and says how long it took until the last was welcome. */
  private static Line timed(List<LoadClient> to, int count, IntFunction<LoadClient> connect)
      throws Exception {
    Semaphore free = new Semaphore(AT_ONCE);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    long start = System.nanoTime();
    for (int n = 1; n <= count && failure.get() == null; n++) {
      acquire(free, 1);
      LoadClient client = connect.apply(n);
      to.add(client);
      client
          .welcomed()
          .whenComplete(
              (welcome, error) -> {
                failure.compareAndSet(null, error);
                free.release();
              });
    }
    acquire(free, AT_ONCE);
    if (failure.get() != null) {
      throw new IllegalStateException("a client could not connect: " + failure.get());
    }
    return Line.of("connected").with("seconds", (System.nanoTime() - start) / 1e9);
  }

  private static void acquire(Semaphore free, int permits) throws InterruptedException {
    if (!free.tryAcquire(permits, WELCOME_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("a client had no welcome in %d s".formatted(WELCOME_SECONDS));
    }
  }

  /**
   * Which address of loopback a client connects from; null: the system chooses. It does so for the
   * first ones because it takes ports of closed connections again, which binding does not.
   */
  static @Nullable InetSocketAddress source(int number) {
    int address = 1 + number / PER_ADDRESS;
    return address == 1 ? null : new InetSocketAddress("127.0.0.%d".formatted(address), 0);
  }

  private Line stall(String edge) throws Exception {
    release();
    LoadClient client = LoadClient.connectStalled(edge);
    stalled = client;
    client.welcomed().get(WELCOME_SECONDS, TimeUnit.SECONDS);
    return Line.of("done");
  }

  private Line release() {
    if (stalled != null) {
      stalled.close();
      stalled = null;
    }
    return Line.of("done");
  }
}
