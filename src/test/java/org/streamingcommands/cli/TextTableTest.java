package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTableTest {

  @Test
  void aColumnIsAsWideAsItsWidestCell() {
    TextTable table = new TextTable("A", "LONG HEAD", "C").row("wide cell", "b", "c");

    assertThat(table.lines()).containsExactly("A          LONG HEAD  C", "wide cell  b          c");
  }
}
