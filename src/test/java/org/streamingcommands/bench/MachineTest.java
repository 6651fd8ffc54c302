package org.streamingcommands.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a machine can hold, and how its files say so. */
class MachineTest {
  private static final long GIB = 1L << 30;

  @Test
  void connectionsNeedAFileEachAndSomeMore() {
    Machine machine = new Machine(20_000, 100 * GIB);
    assertThat(machine.cannotHold(10_000)).isEmpty();
    assertThat(machine.cannotHold(20_000))
        .hasValueSatisfying(why -> assertThat(why).contains("20,000"));
  }

  @Test
  void connectionsNeedMemory() {
    assertThat(new Machine(1_000_000, GIB).cannotHold(50_000))
        .hasValueSatisfying(why -> assertThat(why).contains("1,024 MiB"));
  }

  @Test
  void aLimitThatIsNotSetAllowsEverything() {
    assertThat(
            Machine.numbers(
                "Max open files            unlimited  unlimited  files\n", "Max open files"))
        .isEmpty();
  }

  @Test
  void whatLinuxSaysIsRead() {
    assertThat(Machine.numbers("Max open files   1024   20000  files\n", "Max open files"))
        .containsExactly(1024L, 20000L);
    assertThat(
            Machine.numbers(
                "sockets: used 16\nTCP: inuse 1 orphan 0 tw 1484 alloc 3 mem 189\n", "TCP:"))
        .containsExactly(1L, 0L, 1484L, 3L, 189L);
  }

  @Test
  void whatCannotBeHeldIsNotedOnce() {
    Notes notes = new Notes(new Machine(100, GIB));
    assertThat(notes.cannotHold(1_000, "idle")).isTrue();
    assertThat(notes.cannotHold(1_000, "idle")).isTrue();
    assertThat(notes.all()).hasSize(1).first().asString().startsWith("idle with 1,000 clients");
  }
}
