package org.streamingcommands.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.cli.Cli;

/** That the smoke runs and what it writes; never how fast anything was. */
@Timeout(180)
class BenchTest {
  /** By contender and measure. */
  private static Map<String, Struct> rows = Map.of();

  private static String drawing = "";

  @BeforeAll
  static void runTheSmoke(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("bench.json");
    Path svg = folder.resolve("bench.svg");
    assertThat(Cli.run("bench", "--smoke", "--json", json.toString(), "--plot", svg.toString()))
        .isZero();
    rows = parse(Files.readString(json));
    drawing = Files.readString(svg);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"floor", "local", "remote", "unary", "floor_unary", "cluster", "cluster3"})
  void everyContenderHasItsFigures(String contender) {
    assertThat(rows)
        .containsKeys(
            contender + " closed_p50",
            contender + " closed_p99",
            contender + " closed_p99.9",
            contender + " window_64",
            contender + " window_1024",
            contender + " open_500_p99");
    assertThat(value(contender + " open_500_failed")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"floor", "local"})
  void everyServerHasItsFiguresOfManyConnections(String contender) {
    assertThat(rows)
        .containsKeys(
            contender + " connect_rate",
            contender + " connect_rate_per_core",
            contender + " growth_p50_5",
            contender + " growth_p50_50",
            contender + " growth_p50_5_to_50",
            contender + " broadcast_50",
            contender + " idle_heap_50",
            contender + " idle_resident_50",
            contender + " idle_sockets_50",
            contender + " idle_cpu_50",
            contender + " tls_heap_50",
            contender + " tls_outside_50",
            contender + " tls_memory_50");
  }

  @ParameterizedTest
  @ValueSource(strings = {"floor", "local"})
  void anAskAllocatesAndStartsNoThreadOfItsOwn(String contender) {
    assertThat(value(contender + " allocation")).isPositive();
    assertThat(value(contender + " threads_started")).isLessThan(0.5);
  }

  @Test
  void theDrawingShowsEveryContender() {
    assertThat(drawing).startsWith("<svg").contains(">floor<", ">local<", ">cluster3<");
  }

  @ParameterizedTest
  @ValueSource(strings = {"floor", "local"})
  void everyServerHasItsFiguresWithAndWithoutAStalledClient(String contender) {
    assertThat(rows)
        .containsKeys(
            contender + " stalled_others_p99_without",
            contender + " stalled_others_p99_with",
            contender + " stalled_others_p99_change",
            contender + " stalled_heap_without",
            contender + " stalled_heap_with",
            contender + " stalled_sent",
            contender + " stalled_never_ended");
  }

  @Test
  void everyRowHasTheSameFields() {
    assertThat(rows.values())
        .allSatisfy(
            row ->
                assertThat(row.getFieldsMap())
                    .containsOnlyKeys(
                        "contender", "measure", "value", "unit", "spread", "ratio_to_floor"));
  }

  @Test
  void aRatioComparesWithTheFloor() {
    double ours = value("local window_64");
    double floor = value("floor window_64");

    assertThat(ours).isPositive();
    assertThat(field("local window_64", "ratio_to_floor").getNumberValue())
        .isCloseTo(ours / floor, offset(0.01));
    assertThat(field("local stalled_sent", "ratio_to_floor").hasNullValue()).isTrue();
  }

  @Test
  void everySendToAClientThatReadsNothingEndsAndTheOthersAreServed() {
    double ended =
        rows.keySet().stream()
            .filter(name -> name.startsWith("local stalled_ended_"))
            .mapToDouble(BenchTest::value)
            .sum();

    assertThat(value("local stalled_sent")).isPositive().isEqualTo(ended);
    assertThat(value("local stalled_never_ended")).isZero();
    assertThat(value("local stalled_others_failed")).isZero();
    assertThat(rows).doesNotContainKey("local stalled_ended_completed");
  }

  private static Map<String, Struct> parse(String json) throws InvalidProtocolBufferException {
    ListValue.Builder all = ListValue.newBuilder();
    JsonFormat.parser().merge(json, all);
    return all.getValuesList().stream()
        .map(Value::getStructValue)
        .collect(Collectors.toMap(BenchTest::name, row -> row));
  }

  private static String name(Struct row) {
    return row.getFieldsOrThrow("contender").getStringValue()
        + " "
        + row.getFieldsOrThrow("measure").getStringValue();
  }

  private static double value(String row) {
    return field(row, "value").getNumberValue();
  }

  private static Value field(String row, String field) {
    return rows.get(row).getFieldsOrThrow(field);
  }
}
