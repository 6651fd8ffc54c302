package org.streamingcommands.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.command.CertificateName;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.ServiceAccess;

class RulesTest {
  private static final String TOKEN = TokenHash.newToken("robot-7");

  @Test
  void aTokenMatchesItsOwnHashOnly() {
    TokenHash hash = TokenHash.parse(TokenHash.of(TOKEN).toString());
    assertThat(hash.matches(TOKEN)).isTrue();
    assertThat(hash.matches(TOKEN + "x")).isFalse();
    assertThat(hash.matches(TokenHash.newToken("robot-7"))).isFalse();
    assertThat(hash.toString()).doesNotContain(TOKEN.substring(8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "secret", "robot.short", "a b.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
  void whatIsEasilyGuessedIsNoToken(String token) {
    assertThatThrownBy(() -> TokenHash.of(token)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTokenThatSomebodyForgotToHashIsNotRepeated() {
    Config config = security("principals.robot-7 { token = \"%s\" }".formatted(TOKEN));
    assertThatThrownBy(() -> new Principals(config))
        .hasMessageContaining("principals.robot-7")
        .hasMessageNotContaining(TOKEN.substring(8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "principals.ci {}",
        "principals.ci { subject = ci, roles = [nobody] }",
        "principals.ci { subject = ci, colour = red }",
        "principals.ci { subject = ci, clients = [bots] }",
        "principals { a { subject = ci }, b { subject = ci } }",
        "roles.r.grants = [{ actions = [fly], services = [bots] }]",
        "roles.r.grants = [{ actions = [send], services = [\"b*ts\"] }]",
        "limits.max-rate = -1"
      })
  void whatMakesNoSenseIsRefused(String keys) {
    assertThatThrownBy(() -> new Principals(security(keys)))
        .hasMessageContaining(keys.substring(0, keys.indexOf('.') < 0 ? 10 : keys.indexOf('.')));
  }

  @Test
  void nothingIsPermittedUnlessSomebodyGrantedIt() {
    Principals principals =
        new Principals(
            security(
                """
                roles.sender.grants = [
                  { actions = [send], services = [bots], types = ["acme.v1.*", "x.Y"] }
                ]
                principals.robot-7 { token = "%s", roles = [sender], clients = ["bots/r-*"] }
                """
                    .formatted(TokenHash.of(TOKEN))));
    Principal principal = principals.byToken(TOKEN);
    assertThat(principal.may(Action.SEND, "bots", "type.googleapis.com/acme.v1.Go")).isTrue();
    assertThat(principal.may(Action.SEND, "bots", "type.googleapis.com/x.Y")).isTrue();
    assertThat(principal.may(Action.SEND, "bots", "type.googleapis.com/x.Yy")).isFalse();
    // The type is what stands after the last slash, whatever is before it.
    assertThat(principal.may(Action.SEND, "bots", "acme.v1.Go/evil.Stop")).isFalse();
    assertThat(principal.may(Action.SEND, "bots2", "a/acme.v1.Go")).isFalse();
    assertThat(principal.may(Action.BROADCAST, "bots", "a/acme.v1.Go")).isFalse();
    assertThat(principal.mayWithAll(Action.SEND)).isFalse();
    assertThat(principal.mayBe(ClientKey.of("bots", "r-1"), ServiceAccess.AS_CONFIGURED)).isTrue();
    assertThat(principal.mayBe(ClientKey.of("bots", "s-1"), ServiceAccess.AS_CONFIGURED)).isFalse();
    assertThat(principal.mayBe(ClientKey.of("bots2", "r-1"), ServiceAccess.AS_CONFIGURED))
        .isFalse();
    assertThat(principals.byToken("robot-8" + TOKEN.substring(7))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CN:{client}",
        "CN:{client}.{service}",
        "DNS:{service}{client}",
        "{client}",
        "IP:x"
      })
  void aCertificateNameThatTwoClientsCouldShareIsRefused(String template) {
    assertThatThrownBy(() -> CertificateName.parse(template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(template);
  }

  @Test
  void aCertificateNameMayHaveEitherFirst() {
    for (String template : List.of("URI:spiffe://x/{service}/{client}", "CN:{client}@{service}")) {
      CertificateName.parse(template);
    }
  }

  @Test
  void aRateIsHeldOverTime() {
    long second = TimeUnit.SECONDS.toNanos(1);
    RateLimit limit = new RateLimit(2, 0);
    assertThat(limit.tryTake(0)).isTrue();
    assertThat(limit.tryTake(0)).isTrue();
    assertThat(limit.tryTake(0)).isFalse();
    assertThat(limit.tryTake(second / 2)).isTrue();
    assertThat(limit.tryTake(second / 2)).isFalse();
    // An hour of silence earns no more than a second's worth.
    assertThat(limit.tryTake(3600 * second)).isTrue();
    assertThat(limit.tryTake(3600 * second)).isTrue();
    assertThat(limit.takeAndWait(3600 * second)).isEqualTo(second / 2);
  }

  private static Config security(String keys) {
    return ConfigFactory.parseString(keys)
        .withFallback(ConfigFactory.defaultReference().getConfig("streaming-commands.security"))
        .resolve();
  }
}
