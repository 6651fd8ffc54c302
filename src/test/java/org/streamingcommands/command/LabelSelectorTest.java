package org.streamingcommands.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a selector chooses, and what it cannot be. */
class LabelSelectorTest {
  private static final Map<String, String> LABELS = Map.of("zone", "eu", "tier", "gold", "on", "");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "zone=eu",
        "zone==eu",
        "zone = eu , tier=gold",
        "zone in (us, eu)",
        "tier!=silver",
        "absent!=x",
        "tier notin (silver,bronze)",
        "zone",
        "!absent",
        "on=",
        "zone in (eu),!absent,tier"
      })
  void chooses(String selector) {
    assertThat(LabelSelector.parse(selector).matches(LABELS)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zone=us",
        "zone=eu,tier=silver",
        "zone in (us,asia)",
        "tier!=gold",
        "tier notin (gold)",
        "absent",
        "!zone",
        "absent="
      })
  void doesNotChoose(String selector) {
    assertThat(LabelSelector.parse(selector).matches(LABELS)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {",", "a=b,", "a in b", "a in (b", "=x", "a=b c=d", "a in (b))", "!"})
  void cannotBeRead(String selector) {
    assertThatThrownBy(() -> LabelSelector.parse(selector))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("selector");
  }

  @Test
  void isNeverTooLongToCheck() {
    assertThatThrownBy(() -> LabelSelector.parse("a".repeat(3000)))
        .hasMessageContaining("at most 2000");
  }
}
