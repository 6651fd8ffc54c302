package org.streamingcommands.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.streamingcommands.client.StreamingCommandClient.Mode;

/** What travels between the demo's JVMs. */
class LinesTest {

  @Test
  void aRowSurvivesItsLine() {
    Row row = new Row("STOP, graceful", "bot-2", Mode.REMOTE, "COMPLETED", 1_234_567, true);

    assertThat(Row.parse(row.line())).isEqualTo(row);
  }

  @Test
  void aLatencySurvivesItsLine() {
    Latency latency = new Latency(Mode.LOCAL, 2000, 3000, 120_000, 450_000);

    assertThat(Latency.parse(latency.line())).isEqualTo(latency);
    assertThat(latency.show()).startsWith("p50 0.12 ms   p99 0.45 ms");
  }

  @Test
  void aRowThatIsNotAsExpectedSaysSo() {
    Row row = new Row("START", "bot-1", Mode.LOCAL, "CANCELLED", 1, false);

    assertThat(row.cells()[3]).isEqualTo("CANCELLED  <- not as expected");
  }
}
