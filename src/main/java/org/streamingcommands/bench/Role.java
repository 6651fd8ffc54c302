package org.streamingcommands.bench;

import java.util.Optional;
import java.util.ServiceLoader;

/**
 * What a process of the bench can be that needs libraries of its own; found on the class path,
 * which has it in the profile {@code bench} only.
 */
interface Role {
  /** As {@link BenchProcess} is told. */
  String name();

  /**
   * @param arguments what follows the role
   * @param ready takes what the others have to know
   */
  Worker start(String[] arguments, Line ready) throws Exception;

  static Optional<Role> find(String name) {
    return ServiceLoader.load(Role.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(role -> role.name().equals(name))
        .findFirst();
  }
}
