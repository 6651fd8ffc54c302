package org.streamingcommands.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.cluster.typed.Cluster;
import org.slf4j.LoggerFactory;
import org.streamingcommands.node.StreamingNode;

/**
 * A process of the bench: one of the servers with its sender, the remote sender, the load
 * generator, a node of a cluster, or the clients of one that dies. Takes orders from standard
 * input, answers each on standard output, and ends when the one that started it does.
 */
public final class BenchProcess {
  private BenchProcess() {}

  /** The role, and for the remote sender the api to call. */
  public static void main(String[] args) throws Exception {
    // Answers alone go where the bench reads; whatever else is printed must not.
    PrintStream answers = System.out;
    System.setOut(System.err);
    // Here, on one thread: what others log while the first logger is made would come late.
    LoggerFactory.getILoggerFactory();
    BlockingQueue<Line> orders = listen();
    Line ready = Line.of("ready");
    Worker worker =
        switch (args[0]) {
          case "floor" -> new Senders(Floor.start(address -> ready.with("edge", show(address))));
          case "node" -> new Senders(node(ready));
          case "remote" -> new Senders(NodeSender.remote(args[1]));
          case "clients" -> new Clients();
          case "member" -> member(ready, args[1], args[2]);
          case "herd" -> new HerdClients();
          default -> throw new IllegalArgumentException("no such role: " + args[0]);
        };
    answers.println(ready.text());
    while (true) {
      answers.println(answer(worker, orders.take()).text());
    }
  }

  private static Line answer(Worker worker, Line order) {
    try {
      return worker.work(order);
    } catch (Exception e) {
      return Line.error(e);
    }
  }

  private static NodeSender node(Line ready) {
    StreamingNode node = StreamingNode.start(config().resolve());
    ready.with("edge", show(node.edgeAddress())).with("api", show(node.apiAddress()));
    return NodeSender.local(node.system());
  }

  /** A node of a cluster, which takes no orders. */
  private static Worker member(Line ready, String seed, String stableAfter) {
    String cluster =
        "pekko.cluster { seed-nodes = [%s], split-brain-resolver.stable-after = %s }"
            .formatted(seed.isEmpty() ? "" : '"' + seed + '"', stableAfter);
    StreamingNode node =
        StreamingNode.start(ConfigFactory.parseString(cluster).withFallback(config()).resolve());
    ready
        .with("edge", show(node.edgeAddress()))
        .with("member", Cluster.get(node.system()).selfMember().address());
    return order -> Line.error(new IllegalArgumentException("no such order: " + order.word()));
  }

  /** The defaults, but for the queue-timeout: a full queue is to show within a measurement. */
  private static Config config() {
    return ConfigFactory.parseString(
            """
            streaming-commands { edge.port = 0, api.port = 0, services { %s { queue-timeout = 1 s } } }
            pekko.remote.artery.canonical.port = 0
            pekko.loglevel = WARNING
            """
                .formatted(Sender.SERVICE))
        .withFallback(StreamingNode.config(Optional.empty()));
  }

  /** Reads orders on a thread of its own, so that the end of the input is seen at any time. */
  private static BlockingQueue<Line> listen() {
    BlockingQueue<Line> orders = new LinkedBlockingQueue<>();
    Thread reader = new Thread(() -> read(orders), "orders");
    reader.setDaemon(true);
    reader.start();
    return orders;
  }

  private static void read(BlockingQueue<Line> orders) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      in.lines().map(Line::parse).forEach(orders::add);
    } catch (IOException | RuntimeException e) {
      e.printStackTrace();
    }
    Runtime.getRuntime().halt(0);
  }

  private static String show(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
