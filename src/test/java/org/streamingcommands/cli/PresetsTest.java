package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.connection.EngineSettings;
import org.streamingcommands.connection.PingStrategy;
import org.streamingcommands.connection.ServiceSettings;

class PresetsTest {
  private static final Path CONF = Path.of("conf");
  private static final Config DEFAULTS = ConfigFactory.defaultReference();
  private static final List<String> PRESETS =
      List.of("production", "development", "testing", "high-throughput", "low-latency");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application",
        "node1",
        "node2",
        "node3",
        "production",
        "development",
        "testing",
        "high-throughput",
        "low-latency"
      })
  void aFileInConfIsValidOverTheDefaults(String name) {
    Config config = file(name).withFallback(DEFAULTS).resolve();

    EngineSettings settings = EngineSettings.from(config.getConfig("streaming-commands"));

    assertThat(settings.defaults()).isEqualTo(connection(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application",
        "node1",
        "node2",
        "node3",
        "production",
        "development",
        "testing",
        "high-throughput",
        "low-latency"
      })
  void aFileInConfSetsOnlyKeysThatTheDefaultsHave(String name) {
    assertThat(file(name).entrySet())
        .allSatisfy(
            entry -> assertThat(DEFAULTS.hasPath(entry.getKey())).as(entry.getKey()).isTrue());
  }

  @Test
  void presetsDifferFromEachOtherAndFromTheDefaults() {
    Stream<ServiceSettings> all =
        Stream.concat(
            Stream.of(ServiceSettings.from(DEFAULTS.getConfig("streaming-commands.connection"))),
            PRESETS.stream().map(PresetsTest::connection));

    assertThat(all).doesNotHaveDuplicates();
  }

  @Test
  void presetsCoverEveryPingStrategy() {
    assertThat(PRESETS.stream().map(PresetsTest::connection).map(ServiceSettings::pingStrategy))
        .contains(PingStrategy.values());
  }

  @Test
  void throughputHasALongerQueueAndLatencyAShorterWaitThanProduction() {
    ServiceSettings production = connection("production");

    assertThat(connection("high-throughput").queueSize()).isGreaterThan(production.queueSize());
    assertThat(connection("low-latency").queueTimeout()).isLessThan(production.queueTimeout());
  }

  @Test
  void everyKeyOfAPresetHasAComment() throws IOException {
    for (String preset : PRESETS) {
      List<String> lines = Files.readAllLines(CONF.resolve(preset + ".conf"));
      for (int i = 1; i < lines.size(); i++) {
        if (lines.get(i).matches("    ?[a-z-]+ = .*")) {
          assertThat(lines.get(i - 1).strip()).as(lines.get(i)).startsWith("#");
        }
      }
    }
  }

  @Test
  void aPresetCanBeIncluded() {
    Config config =
        ConfigFactory.parseString("include file(\"conf/low-latency.conf\")")
            .withFallback(DEFAULTS)
            .resolve();

    assertThat(ServiceSettings.from(config.getConfig("streaming-commands.connection")))
        .isEqualTo(connection("low-latency"));
  }

  private static ServiceSettings connection(String name) {
    return ServiceSettings.from(
        file(name).withFallback(DEFAULTS).resolve().getConfig("streaming-commands.connection"));
  }

  private static Config file(String name) {
    return ConfigFactory.parseFile(
        CONF.resolve(name + ".conf").toFile(),
        ConfigParseOptions.defaults().setAllowMissing(false));
  }
}
