package org.streamingcommands.client;

import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * A name that stands for what a test says, and real nodes on addresses of loopback that share a
 * port behind it.
 */
final class ScriptedName implements HostLookup, AutoCloseable {
  private static final int FIRST = 2;

  private final ConcurrentHashMap<String, List<InetAddress>> addresses = new ConcurrentHashMap<>();
  private final List<ScriptedNode> nodes = new CopyOnWriteArrayList<>();
  private final List<ApiLinks> links = new ArrayList<>();
  private final AtomicLong lookUps = new AtomicLong();
  private final String name;

  private ScriptedName(String name) {
    this.name = name;
  }

  /** With so many nodes behind it. */
  static ScriptedName of(String name, int count, BiConsumer<Integer, ScriptedNode.Heard> script) {
    return of(name, count, InsecureServerCredentials.create(), script);
  }

  static ScriptedName of(
      String name,
      int count,
      ServerCredentials transport,
      BiConsumer<Integer, ScriptedNode.Heard> script) {
    ScriptedName all = new ScriptedName(name);
    // A port that is free on one of the addresses may be taken on another.
    while (all.nodes.size() < count) {
      all.nodes.forEach(ScriptedNode::close);
      all.nodes.clear();
      try {
        for (int i = 0; i < count; i++) {
          int index = i;
          all.nodes.add(
              ScriptedNode.secured(
                  ip(i), i == 0 ? 0 : all.port(), transport, heard -> script.accept(index, heard)));
        }
      } catch (UncheckedIOException e) {
        continue;
      }
    }
    all.standsFor(range(count));
    return all;
  }

  private static int[] range(int count) {
    int[] all = new int[count];
    for (int i = 0; i < count; i++) {
      all[i] = i;
    }
    return all;
  }

  /** For these nodes from now on. */
  void standsFor(int... indexes) {
    List<InetAddress> ips = new ArrayList<>();
    for (int index : indexes) {
      ips.add(ip(index));
    }
    addresses.put(name, List.copyOf(ips));
  }

  /** It is not known. */
  void standsForNothing() {
    addresses.remove(name);
  }

  /** How often it was looked up. */
  long lookUps() {
    return lookUps.get();
  }

  @Override
  public List<InetAddress> all(String host) throws UnknownHostException {
    lookUps.incrementAndGet();
    List<InetAddress> known = addresses.get(host);
    if (known == null) {
      throw new UnknownHostException(host + ": not known here");
    }
    return known;
  }

  private static InetAddress ip(int index) {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (FIRST + index)});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  ScriptedNode node(int index) {
    return nodes.get(index);
  }

  int port() {
    return nodes.get(0).port();
  }

  CommandClientSettings settings() {
    return CommandClientSettings.of(name + ":" + port());
  }

  /** The links that resolve names here. */
  ApiLinks links(CommandClientSettings settings) {
    ApiLinks made = new ApiLinks(settings, this, closed -> {});
    links.add(made);
    return made;
  }

  @Override
  public void close() {
    links.forEach(ApiLinks::close);
    nodes.forEach(ScriptedNode::close);
  }
}
