package org.streamingcommands.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ClientInfo;
import org.streamingcommands.grpc.v1.GetNodeResponse;
import org.streamingcommands.grpc.v1.NodeFigures;
import org.streamingcommands.grpc.v1.NodeInfo;

/** What {@code top} shows; at a terminal in place of what it showed before. */
final class TopScreen {
  /** To the upper left, and nothing below. */
  private static final String AGAIN = "\033[H\033[J";

  private final PrintWriter out;
  private final String address;
  private long lastSends = -1;
  private long lastNanos;

  TopScreen(PrintWriter out, String address) {
    this.out = out;
    this.address = address;
  }

  void show(GetNodeResponse node, List<ClientInfo> clients) {
    StringBuilder screen = new StringBuilder(Colours.areOn() ? AGAIN : "");
    NodeFigures figures = node.getFigures();
    line(screen, "%s  %s  %s".formatted(Colours.bold(node.getNode()), address, time(figures)));
    line(
        screen,
        "%d clients, %d queued, %d in flight, %s, half within %s, 99 %% within %s"
            .formatted(
                figures.getConnected(),
                figures.getQueued(),
                figures.getInFlight(),
                rate(figures),
                Durations.show(Wire.duration(figures.getLatencyP50()).toNanos()),
                Durations.show(Wire.duration(figures.getLatencyP99()).toNanos())));
    line(screen, "sends  " + sends(figures.getSendsMap()));
    line(screen, "nodes  " + nodes(node.getNodesList()));
    line(screen, "");
    TextTable table =
        new TextTable("SERVICE", "CLIENT", "QUEUED", "IN FLIGHT", "CONNECTED", "LABELS");
    clients.forEach(client -> table.row(cells(client)));
    List<String> lines = table.lines();
    line(screen, Colours.dim(lines.get(0)));
    lines.stream().skip(1).forEach(row -> line(screen, row));
    if (clients.isEmpty()) {
      line(screen, Colours.dim("no client is connected"));
    }
    out.print(screen);
    out.flush();
  }

  private static void line(StringBuilder screen, String text) {
    screen.append(text.stripTrailing()).append(System.lineSeparator());
  }

  private static String time(NodeFigures figures) {
    String now = LocalTime.now().truncatedTo(ChronoUnit.SECONDS).toString();
    return figures.getDraining() ? now + "  " + Colours.warn("draining") : now;
  }

  private String rate(NodeFigures figures) {
    long sends = figures.getSendsMap().values().stream().mapToLong(Long::longValue).sum();
    long now = System.nanoTime();
    double perSecond = lastSends < 0 ? 0 : (sends - lastSends) * 1e9 / (now - lastNanos);
    lastSends = sends;
    lastNanos = now;
    return "%.1f sends a second".formatted(perSecond);
  }

  private static String sends(Map<String, Long> sends) {
    return sends.isEmpty()
        ? "none yet"
        : new TreeMap<>(sends)
            .entrySet().stream()
                .map(entry -> outcome(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("  "));
  }

  private static String outcome(String word, long count) {
    String text = word + " " + count;
    return word.equals("COMPLETED") ? Colours.good(text) : Colours.bad(text);
  }

  private static String nodes(List<NodeInfo> nodes) {
    return nodes.stream().map(TopScreen::node).collect(Collectors.joining("  "));
  }

  private static String node(NodeInfo node) {
    String at = node.getNode().substring(node.getNode().indexOf('@') + 1);
    if (!node.getReachable()) {
      return Colours.bad(at + " unreachable");
    }
    String text = at + " " + node.getStatus().toLowerCase(java.util.Locale.ROOT);
    return node.getStatus().equals("Up") ? Colours.good(text) : Colours.warn(text);
  }

  private static String[] cells(ClientInfo client) {
    Duration age = Duration.between(Wire.instant(client.getConnectedSince()), Instant.now());
    return new String[] {
      client.getService(),
      client.getClientId(),
      Integer.toString(client.getQueueDepth()),
      Integer.toString(client.getInFlight()),
      Durations.coarse(age),
      ClientsCommand.labels(client.getLabelsMap())
    };
  }
}
