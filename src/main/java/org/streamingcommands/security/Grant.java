package org.streamingcommands.security;

import com.typesafe.config.Config;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** One line of a role: these actions, with these services, with commands of these types. */
final class Grant {
  private final Set<Action> actions;
  private final NamePatterns services;
  private final NamePatterns types;

  private Grant(Set<Action> actions, NamePatterns services, NamePatterns types) {
    this.actions = actions;
    this.services = services;
    this.types = types;
  }

  /**
   * @throws IllegalArgumentException for an action that there is not
   */
  static Grant from(Config config) {
    EnumSet<Action> actions = EnumSet.noneOf(Action.class);
    for (String name : config.getStringList("actions")) {
      try {
        actions.add(Action.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "actions: '%s' is none of send, broadcast, list, disconnect, drain".formatted(name), e);
      }
    }
    List<String> types = config.hasPath("types") ? config.getStringList("types") : List.of("*");
    return new Grant(
        actions, NamePatterns.of(config.getStringList("services")), NamePatterns.of(types));
  }

  boolean covers(Action action, String service) {
    return actions.contains(action) && services.match(service, 0);
  }

  boolean coversType(String typeUrl) {
    return types.match(typeUrl, typeUrl.lastIndexOf('/') + 1);
  }

  boolean coversEveryType() {
    return types.matchAll();
  }

  boolean coversAll(Action action) {
    return actions.contains(action) && services.matchAll();
  }
}
