package org.streamingcommands.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Several nodes, each in a JVM of its own, that form a cluster on loopback. What other nodes say to
 * one goes through {@link NodeLinks}, to be broken.
 */
public final class NodeCluster implements AutoCloseable {
  /** The role of those that host clients and their entities. */
  public static final String ROLE = "node";

  private static final String SYSTEM = "streaming-commands";
  private static final int PORTS = 4;

  // Linux hands out ports from 32768 on, others from 49152 on.
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 32_000;
  private static final int MOST_TRIES = 1_000;

  private final List<NodeProcess> nodes = new ArrayList<>();
  private final List<NodeLinks> links = new ArrayList<>();
  private final List<String> seeds = new ArrayList<>();

  /**
   * Starts nodes and waits until all take clients.
   *
   * @param service the one that clients may dial in for
   * @param settings more of their configuration, by key
   * @param logs a directory for their output
   */
  public static NodeCluster start(
      int size, String service, Map<String, String> settings, Path logs) {
    return start(size, service, settings, Map.of(), logs);
  }

  /**
   * The same.
   *
   * @param own what single nodes have on top, by their number from 0
   */
  public static NodeCluster start(
      int size,
      String service,
      Map<String, String> settings,
      Map<Integer, Map<String, String>> own,
      Path logs) {
    try {
      Files.createDirectories(logs);
      NodeCluster cluster = new NodeCluster(size, service, settings, own, logs);
      try {
        cluster.startAll();
        return cluster;
      } catch (RuntimeException e) {
        cluster.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private NodeCluster(
      int size,
      String service,
      Map<String, String> settings,
      Map<Integer, Map<String, String>> own,
      Path logs)
      throws IOException {
    int[] ports = freePorts(PORTS * size);
    for (int i = 0; i < size; i++) {
      NodeLinks link = new NodeLinks(loopback(ports[PORTS * i]), loopback(ports[PORTS * i + 3]), i);
      links.add(link);
      seeds.add("pekko://%s@127.0.0.1:%d".formatted(SYSTEM, link.remoting().getPort()));
    }
    for (int i = 0; i < size; i++) {
      Map<String, String> all = new TreeMap<>(clustered());
      all.put("pekko.cluster.roles.0", ROLE);
      all.put("pekko.remote.artery.canonical.port", port(links.get(i).remoting()));
      all.put("pekko.remote.artery.bind.port", Integer.toString(ports[PORTS * i]));
      all.put("pekko.remote.artery.bind.hostname", "127.0.0.1");
      all.put("streaming-commands.trunk.port", Integer.toString(ports[PORTS * i + 3]));
      all.put("streaming-commands.trunk.canonical-port", port(links.get(i).trunk()));
      all.put("streaming-commands.edge.port", Integer.toString(ports[PORTS * i + 1]));
      all.put("streaming-commands.api.port", Integer.toString(ports[PORTS * i + 2]));
      // A service is configured by any key of its own.
      all.put("streaming-commands.services." + service + ".hello-timeout", "5 s");
      all.putAll(settings);
      all.putAll(own.getOrDefault(i, Map.of()));
      String name = "node" + (i + 1);
      nodes.add(
          new NodeProcess(
              name,
              "127.0.0.1:" + ports[PORTS * i + 1],
              "127.0.0.1:" + ports[PORTS * i + 2],
              all,
              seedsWithLast(seeds.get(i)),
              logs.resolve(name + ".log")));
    }
  }

  private void startAll() {
    // The first of the seeds forms the cluster; the others join it, all at once.
    nodes.get(0).start();
    List<CompletableFuture<Void>> others = nodes.stream().skip(1).map(NodeProcess::launch).toList();
    others.forEach(ready -> ready.orTimeout(90, TimeUnit.SECONDS).join());
  }

  /** What every member of this cluster has to be configured with, also one that only sends. */
  public Map<String, String> clustered() {
    Map<String, String> common = inOrder(seeds);
    common.put("pekko.cluster.seed-node-timeout", "2 s");
    common.put("streaming-commands.engine.role", ROLE);
    return common;
  }

  /**
   * For a node that comes back. The first of its seeds forms a cluster of its own where none of the
   * others answers in time, and on a busy machine none may: it must not be that node itself.
   */
  private Map<String, String> seedsWithLast(String itself) {
    List<String> othersFirst = new ArrayList<>(seeds);
    othersFirst.remove(itself);
    othersFirst.add(itself);
    return inOrder(othersFirst);
  }

  private static Map<String, String> inOrder(List<String> seeds) {
    Map<String, String> properties = new TreeMap<>();
    for (int i = 0; i < seeds.size(); i++) {
      properties.put("pekko.cluster.seed-nodes." + i, seeds.get(i));
    }
    return properties;
  }

  public List<NodeProcess> nodes() {
    return List.copyOf(nodes);
  }

  /** The way of the other members to this node; its own word to them goes another. */
  public NodeLinks linksTo(int node) {
    return links.get(node);
  }

  /** Where clients may dial. */
  public String[] edges() {
    return nodes.stream().map(NodeProcess::edge).toArray(String[]::new);
  }

  /** Where senders may call. */
  public String[] apis() {
    return nodes.stream().map(NodeProcess::api).toArray(String[]::new);
  }

  /** Ends all at once. */
  @Override
  public void close() {
    nodes.forEach(NodeProcess::close);
    links.forEach(NodeLinks::close);
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static String port(InetSocketAddress address) {
    return Integer.toString(address.getPort());
  }

  /**
   * Ports that nobody listens on, of those that no system hands out to whoever dials: a node that
   * was away must find its own free.
   */
  private static int[] freePorts(int count) throws IOException {
    List<ServerSocket> taken = new ArrayList<>();
    try {
      for (int tries = 0; taken.size() < count; tries++) {
        int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
        try {
          taken.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
        } catch (BindException e) {
          if (tries == MOST_TRIES) {
            throw e;
          }
        }
      }
      return taken.stream().mapToInt(ServerSocket::getLocalPort).toArray();
    } finally {
      for (ServerSocket socket : taken) {
        socket.close();
      }
    }
  }
}
