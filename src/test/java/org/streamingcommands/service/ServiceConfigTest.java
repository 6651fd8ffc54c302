package org.streamingcommands.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceConfigTest {
  private static final Config DEFAULTS = ConfigFactory.load();

  private static Config with(String text) {
    return ConfigFactory.parseString(text).withFallback(DEFAULTS).resolve();
  }

  @Test
  void aServiceThatSaysNothingHasTheDefaults() {
    assertThat(ServiceConfig.read(DEFAULTS, "bots", Map.of()).queueSize()).isEqualTo(1000);
  }

  @Test
  void theOperatorsWordWinsOverTheCodes() {
    Config config = with("streaming-commands.services.\"my.bots\".queue-size = 7");
    var settings =
        ServiceConfig.read(config, "my.bots", Map.of("queue-size", 5, "ping-interval", "2 s"));
    assertThat(settings.queueSize()).isEqualTo(7);
    assertThat(settings.pingInterval()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void anUnknownKeyIsRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ServiceConfig.read(DEFAULTS, "bots", Map.of("queue-sise", 5)))
        .withMessage("streaming-commands.services.bots.queue-sise: there is no such key");
  }

  @Test
  void aValueOutOfItsBoundsIsRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ServiceConfig.read(DEFAULTS, "bots", Map.of("queue-size", 0)))
        .withMessageStartingWith("queue-size must be at least 1");
  }
}
