package org.streamingcommands.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a run leaves out, and why. */
final class Notes {
  private final List<String> all = new ArrayList<>();
  private final Machine machine;

  Notes(Machine machine) {
    this.machine = machine;
  }

  void add(String what, String why) {
    String note = what + " is skipped: " + why;
    if (!all.contains(note)) {
      all.add(note);
    }
  }

  /** Whether this machine cannot hold so many connections; notes it then. */
  boolean cannotHold(int connections, String what) {
    Optional<String> why = machine.cannotHold(connections);
    why.ifPresent(reason -> add("%s with %,d clients".formatted(what, connections), reason));
    return why.isPresent();
  }

  List<String> all() {
    return List.copyOf(all);
  }
}
