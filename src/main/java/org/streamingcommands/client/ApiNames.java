package org.streamingcommands.client;

import io.grpc.netty.shaded.io.netty.util.NetUtil;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the configured addresses stand for at present. A name that has several addresses stands for
 * each of them; one that has one, or none yet, for itself. Looks names up on a thread of its own,
 * one look-up at a time, because that blocks. Thread-safe.
 */
final class ApiNames {
  private static final Logger LOG = LoggerFactory.getLogger(ApiNames.class);

  /** After a link broke, its name may stand for others at once; but who asks has to pay. */
  private static final long SOONEST = Duration.ofSeconds(1).toNanos();

  private final List<ApiAddress> addresses;
  private final long interval;
  private final HostLookup lookup;
  private final Consumer<List<ApiTarget>> onFound;
  private final boolean hasNames;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile long last;

  /** By name, for those that had several once; what was found last stays where nothing is found. */
  private final Map<ApiAddress, List<InetAddress>> known = new ConcurrentHashMap<>();

  /**
   * @param onFound told all targets after each look-up, also after one that failed
   */
  ApiNames(
      List<ApiAddress> addresses,
      Duration interval,
      HostLookup lookup,
      Consumer<List<ApiTarget>> onFound) {
    this.addresses = addresses;
    this.interval = interval.toNanos();
    this.lookup = lookup;
    this.onFound = onFound;
    this.hasNames = addresses.stream().anyMatch(ApiNames::isName);
  }

  static boolean isName(ApiAddress address) {
    return !NetUtil.isValidIpV4Address(address.host())
        && !NetUtil.isValidIpV6Address(address.host());
  }

  /** Whether anything has to be looked up. */
  boolean areAny() {
    return hasNames;
  }

  /** Looks up what was not looked up for the interval. */
  void refresh() {
    refreshAfter(interval);
  }

  /** One that they stand for broke. */
  void refreshSoon() {
    refreshAfter(Math.min(SOONEST, interval));
  }

  private void refreshAfter(long pause) {
    if (hasNames && System.nanoTime() - last >= pause) {
      start();
    }
  }

  /** Looks up now. */
  void start() {
    if (hasNames && busy.compareAndSet(false, true)) {
      Thread thread = new Thread(this::run, "streaming-commands-client-names");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run() {
    try {
      addresses.stream().filter(ApiNames::isName).distinct().forEach(this::lookUp);
      last = System.nanoTime();
      onFound.accept(targets());
    } finally {
      busy.set(false);
    }
  }

  private void lookUp(ApiAddress name) {
    try {
      List<InetAddress> found = ofOneKind(lookup.all(name.host()), name.port());
      if (found.size() > 1 || !found.isEmpty() && known.containsKey(name)) {
        known.put(name, found);
      }
    } catch (UnknownHostException | RuntimeException e) {
      // The channel that dials the name says so to those who wait.
      LOG.debug("The api address {} cannot be looked up", name, e);
    }
  }

  /**
   * A node with an IPv4 and an IPv6 address is one node: it gets one link, by the kind that the JVM
   * prefers and this machine has a route for.
   */
  private static List<InetAddress> ofOneKind(List<InetAddress> all, int port) {
    List<InetAddress> routed = all.stream().filter(ip -> hasRoute(ip, port)).toList();
    if (routed.isEmpty()) {
      return routed;
    }
    Class<?> kind = routed.get(0).getClass();
    // Name servers shuffle.
    return routed.stream()
        .filter(kind::isInstance)
        .sorted(Comparator.comparing(InetAddress::getHostAddress))
        .distinct()
        .toList();
  }

  /** Asks the system only: connecting a datagram socket sends nothing. */
  private static boolean hasRoute(InetAddress ip, int port) {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(ip, port));
      return true;
    } catch (SocketException | UncheckedIOException e) {
      return false;
    }
  }

  /** As far as is known. */
  List<ApiTarget> targets() {
    Set<ApiTarget> targets = new LinkedHashSet<>();
    for (ApiAddress address : addresses) {
      List<InetAddress> several = known.get(address);
      if (several == null) {
        targets.add(ApiTarget.of(address));
      } else {
        several.forEach(ip -> targets.add(new ApiTarget(address, ip)));
      }
    }
    return List.copyOf(targets);
  }
}
