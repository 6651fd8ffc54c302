package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.credentials.TokenSource;

class CommandClientSettingsTest {
  private static final String ALL_KEYS =
      """
      streaming-commands.client {
        api-address = "node-1:7500"
        queue-timeout = 1 s
        connect-timeout = 2 s
        call-timeout = 3 s
        max-in-flight = 4
        max-command-size = 5 KiB
        max-pending-size = 6 KiB
        keepalive-time = 7 s
        keepalive-timeout = 8 s
        idle-timeout = 9 s
        resolve-interval = 10 s
        tls { enabled = on, ca = ca.pem, certificate = "", key = "" }
        token-file = token
      }
      """;

  @Test
  void everyKeyIsRead() {
    assertThat(CommandClientSettings.from(ConfigFactory.parseString(ALL_KEYS)))
        .isEqualTo(
            new CommandClientSettings(
                List.of(new ApiAddress("node-1", 7500)),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                4,
                5 << 10,
                6 << 10,
                Duration.ofSeconds(7),
                Duration.ofSeconds(8),
                Duration.ofSeconds(9),
                Duration.ofSeconds(10),
                Optional.of(Tls.trusting(Path.of("ca.pem"))),
                Optional.of(TokenSource.file(Path.of("token")))));
  }

  @Test
  void theDefaultsInCodeAreThoseOfTheReference() {
    var reference = ConfigFactory.defaultReference();
    Assumptions.assumeTrue(reference.hasPath(CommandClientSettings.PATH));
    assertThat(CommandClientSettings.from(reference)).isEqualTo(CommandClientSettings.defaults());
  }

  @Test
  void anEmptyAddressMeansNoAddress() {
    var config =
        ConfigFactory.parseString("streaming-commands.client.api-address = \"\"")
            .withFallback(ConfigFactory.parseString(ALL_KEYS));
    assertThat(CommandClientSettings.from(config).hasAddress()).isFalse();
  }

  @Test
  void anIpv6AddressKeepsItsBracketsOutside() {
    CommandClientSettings settings = CommandClientSettings.of("[::1]:7500");
    assertThat(settings.addresses().get(0).host()).isEqualTo("::1");
    assertThat(settings.address()).isEqualTo("[::1]:7500");
  }

  @Test
  void severalAddressesHaveCommasBetween() {
    CommandClientSettings settings = CommandClientSettings.of("node-1:7500, [::1]:7501");
    assertThat(settings.addresses())
        .containsExactly(new ApiAddress("node-1", 7500), new ApiAddress("::1", 7501));
    assertThat(settings.address()).isEqualTo("node-1:7500,[::1]:7501");
  }

  @ParameterizedTest
  @ValueSource(strings = {"node", "node:", ":7500", "node:0", "node:70000", "::1:7500", "node:x"})
  void aWrongAddressIsRefusedByItsKey(String address) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CommandClientSettings.of(address))
        .withMessageContaining("streaming-commands.client.api-address");
  }

  @Test
  void aValueOutOfRangeIsRefusedByItsKey() {
    CommandClientSettings settings = CommandClientSettings.defaults();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.withQueueTimeout(Duration.ZERO))
        .withMessageContaining("queue-timeout");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.withMaxInFlight(0))
        .withMessageContaining("max-in-flight");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.withMaxPendingBytes(1))
        .withMessageContaining("max-pending-size");
  }
}
