package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiSettingsTest {
  @Test
  void theDefaultsAreOnLoopback() {
    ApiSettings settings = ApiSettings.from(section(""));
    assertThat(settings.host()).isEqualTo("127.0.0.1");
    assertThat(settings.maxMessageSize()).isEqualTo(4 << 20);
    assertThat(settings.defaultTimeout()).isEqualTo(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host = \"\"",
        "port = -1",
        "port = 65536",
        "max-message-size = 0",
        "max-message-size = 3 GiB",
        "max-in-flight = 0",
        "default-timeout = 0 s",
        "stop-timeout = -1 s"
      })
  void aWrongValueIsRefusedByItsKey(String line) {
    assertThatThrownBy(() -> ApiSettings.from(section(line)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(line.substring(0, line.indexOf(' ')));
  }

  private static Config section(String line) {
    return ConfigFactory.parseString(line)
        .withFallback(
            ConfigFactory.parseResources("reference.conf").getConfig("streaming-commands.api"));
  }
}
