package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TypeNumbersTest {
  private static final int MOST = 3;

  private final TypeNumbers types = new TypeNumbers(MOST);

  @Test
  void aTypeKeepsItsNumber() {
    int first = types.of("x/First");
    int second = types.of("x/Second");
    assertThat(first).isNotEqualTo(TypeNumbers.NONE).isNotEqualTo(second);
    assertThat(types.of("x/First")).isEqualTo(first);
    assertThat(types.typeUrl(first)).isEqualTo("x/First");
    assertThat(types.typeUrl(second)).isEqualTo("x/Second");
  }

  @Test
  void onlySoManyHaveOne() {
    IntStream.range(0, MOST).forEach(i -> types.of("x/Type" + i));
    assertThat(types.of("x/Another")).isEqualTo(TypeNumbers.NONE);
    assertThat(types.of("x/Another")).isEqualTo(TypeNumbers.NONE);
    assertThat(types.of("x/Type1")).isNotEqualTo(TypeNumbers.NONE);
  }

  @Test
  void aLongOneHasNoneAndTakesNoRoom() {
    assertThat(types.of("x/" + "T".repeat(1000))).isEqualTo(TypeNumbers.NONE);
    onlySoManyHaveOne();
  }

  @Test
  void allThreadsSeeTheSame() {
    TypeNumbers shared = new TypeNumbers(50);
    Map<String, Integer> seen = new ConcurrentHashMap<>();
    IntStream.range(0, 20_000)
        .parallel()
        .forEach(
            i -> {
              String type = "x/Type" + i % 100;
              int number = shared.of(type);
              assertThat(seen.computeIfAbsent(type, t -> number)).isEqualTo(number);
              if (number != TypeNumbers.NONE) {
                assertThat(shared.typeUrl(number)).isEqualTo(type);
              }
            });
    assertThat(seen.values().stream().filter(number -> number != TypeNumbers.NONE)).hasSize(50);
  }
}
