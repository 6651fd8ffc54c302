package org.streamingcommands.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.cluster.typed.Cluster;
import org.slf4j.LoggerFactory;
import org.streamingcommands.node.StreamingNode;

/**
 * A process of the bench: one of the servers with its sender, the remote sender, the load
 * generator, a node of a cluster, the clients of one that dies, or what a {@link Role} says. Takes
 * orders from standard input, answers each on standard output, and ends when the one that started
 * it does.
 */
public final class BenchProcess {
  private BenchProcess() {}

  /** The role, and what it needs to know. */
  public static void main(String[] args) throws Exception {
    // Answers alone go where the bench reads; whatever else is printed must not.
    PrintStream answers = System.out;
    System.setOut(System.err);
    // Here, on one thread: what others log while the first logger is made would come late.
    LoggerFactory.getILoggerFactory();
    BlockingQueue<Line> orders = listen();
    Line ready = Line.of("ready");
    Worker worker = start(args, ready);
    answers.println(ready.text());
    while (true) {
      answers.println(answer(worker, orders.take()).text());
    }
  }

  private static Worker start(String[] args, Line ready) {
    try {
      return worker(args, ready);
    } catch (Exception | LinkageError e) {
      // What it had started so far would keep the process alive.
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
      throw new IllegalStateException(e);
    }
  }

  private static Worker worker(String[] args, Line ready) throws Exception {
    return switch (args[0]) {
      case "floor" -> new Senders(floor(args, ready));
      case "node" -> new Senders(node(args, ready));
      case "remote" -> new Senders(NodeSender.remote(args[1]));
      case "unary" -> new Senders(new UnarySender(args[1]));
      case "clients" -> new Clients();
      case "member" -> member(ready, args[1], args[2]);
      case "herd" -> new HerdClients();
      default -> plugged(args, ready);
    };
  }

  private static Worker plugged(String[] args, Line ready) throws Exception {
    return Role.find(args[0])
        .orElseThrow(() -> new IllegalArgumentException("no such role: " + args[0]))
        .start(Arrays.copyOfRange(args, 1, args.length), ready);
  }

  private static Line answer(Worker worker, Line order) {
    try {
      return worker.work(order);
    } catch (Exception e) {
      return Line.error(e);
    }
  }

  /** In the clear, or over TLS where the arguments name a certificate and its key. */
  private static Floor floor(String[] args, Line ready) throws IOException {
    ServerCredentials credentials =
        args.length < 3
            ? InsecureServerCredentials.create()
            : TlsServerCredentials.create(new File(args[1]), new File(args[2]));
    return Floor.start(credentials, address -> ready.with("edge", show(address)));
  }

  private static NodeSender node(String[] args, Line ready) {
    Config tls =
        args.length < 3
            ? ConfigFactory.empty()
            : ConfigFactory.parseMap(
                Map.of(
                    "streaming-commands.edge.tls.certificate", args[1],
                    "streaming-commands.edge.tls.key", args[2]));
    StreamingNode node = StreamingNode.start(tls.withFallback(config()).resolve());
    ready.with("edge", show(node.edgeAddress())).with("api", show(node.apiAddress()));
    return NodeSender.local(node.system());
  }

  /** A node of a cluster. */
  private static Worker member(Line ready, String seed, String stableAfter) {
    String cluster =
        "pekko.cluster { seed-nodes = [%s], split-brain-resolver.stable-after = %s }"
            .formatted(seed.isEmpty() ? "" : '"' + seed + '"', stableAfter);
    StreamingNode node =
        StreamingNode.start(ConfigFactory.parseString(cluster).withFallback(config()).resolve());
    ready
        .with("edge", show(node.edgeAddress()))
        .with("member", Cluster.get(node.system()).selfMember().address());
    return new Member(node.system());
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
