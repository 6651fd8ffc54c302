package org.streamingcommands.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an id comes from, and which it is there. */
class CommandIdsTest {
  private static final int RADIX = 36;

  @ParameterizedTest
  @ValueSource(longs = {0, 9, 10, 35, 36, 1295, 1296, 1L << 40, Long.MAX_VALUE})
  void anIdIsTheProcessAndANumber(long number) {
    String process = CommandIds.next().replaceFirst("-.*", "");
    assertThat(CommandIds.of(number)).isEqualTo(process + '-' + Long.toString(number, RADIX));
  }

  @Test
  void idsAreInOrderOfCreation() {
    String first = CommandIds.next();
    String second = CommandIds.next();
    assertThat(number(second)).isGreaterThan(number(first));
    assertThat(Names.problemWithCommandId(first)).isEmpty();
  }

  private static long number(String id) {
    return Long.parseLong(id.substring(id.indexOf('-') + 1), RADIX);
  }
}
