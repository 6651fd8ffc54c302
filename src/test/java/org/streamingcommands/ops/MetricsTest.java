package org.streamingcommands.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

class MetricsTest {
  private TestNode node;
  private NodeFigures figures;
  private MetricsServer metrics;

  @BeforeEach
  void start() throws Exception {
    node = TestNode.start();
    metrics =
        MetricsServer.start(
            new MetricsSettings(true, "127.0.0.1", 0, true),
            figures = new NodeFigures(node.connections(), true));
  }

  @AfterEach
  void stop() {
    metrics.stop();
    figures.close();
    node.close();
  }

  @Test
  void whatHappensIsCounted() throws Exception {
    try (ScriptedClient client = node.connect("secret-id")) {
      var heard = node.send("secret-id", TestNode.command("c-1", "hello"));
      client.awaitCommand();
      client.received("c-1").complete("c-1", "done");
      heard.awaitOutcome();
      node.send("nobody", TestNode.command("c-2", "hello")).awaitUndelivered();

      String figures = scrape();

      assertThat(value(figures, "streamingcommands_sends_total", "outcome=\"completed\""))
          .isEqualTo(1);
      assertThat(value(figures, "streamingcommands_sends_total", "reason=\"not_connected\""))
          .isEqualTo(1);
      assertThat(value(figures, "streamingcommands_clients", "")).isEqualTo(1);
      assertThat(value(figures, "streamingcommands_attaches_total", "")).isEqualTo(1);
      assertThat(value(figures, "streamingcommands_bytes_total", "sent")).isPositive();
      assertThat(value(figures, "streamingcommands_send_duration_seconds_count", "mode=\"local\""))
          .isEqualTo(2);
      assertThat(
              value(
                  figures,
                  "streamingcommands_send_duration_seconds_bucket",
                  "mode=\"local\",node=\"" + node.connections().node() + "\",le=\"+Inf\""))
          .isEqualTo(2);
      assertThat(
              value(
                  figures,
                  "streamingcommands_receipt_duration_seconds_count",
                  "receipt=\"received\""))
          .isEqualTo(1);
      assertThat(figures).contains("jvm_memory_used_bytes");
    }
  }

  @Test
  void noClientIsNamed() throws Exception {
    try (ScriptedClient client = node.connect("secret-id")) {
      assertThat(scrape()).doesNotContain("secret-id");
      assertThat(client.hasEnded()).isFalse();
    }
  }

  @Test
  void theGrafanaDashboardAsksForWhatThereIs() throws Exception {
    String dashboard = Files.readString(Path.of("conf", "grafana-dashboard.json"));
    Set<String> asked = new TreeSet<>();
    Pattern.compile("streamingcommands_\\w+|jvm_\\w+|process_\\w+|system_\\w+")
        .matcher(dashboard)
        .results()
        .forEach(found -> asked.add(found.group()));
    String figures = scrape();

    assertThat(asked).hasSizeGreaterThan(10).allSatisfy(name -> assertThat(figures).contains(name));
  }

  private String scrape() throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + metrics.address().getPort() + "/metrics"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  /** Of the one line with this name and this text among its labels. */
  private static double value(String figures, String name, String label) {
    List<String> lines =
        figures
            .lines()
            .filter(line -> line.startsWith(name + "{") && line.contains(label))
            .filter(line -> !line.endsWith(" 0.0") || label.isEmpty())
            .toList();
    assertThat(lines).as(name + " " + label + " in\n" + figures).hasSize(1);
    return Double.parseDouble(lines.get(0).substring(lines.get(0).lastIndexOf(' ') + 1));
  }
}
