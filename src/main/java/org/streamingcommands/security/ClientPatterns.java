package org.streamingcommands.security;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.streamingcommands.command.ClientKey;

/** The clients that a static token may be: {@code service/id}, either with a star at its end. */
final class ClientPatterns implements Predicate<ClientKey> {
  private record Pattern(NamePatterns services, NamePatterns ids) {}

  private final List<Pattern> patterns;

  private ClientPatterns(List<Pattern> patterns) {
    this.patterns = patterns;
  }

  static ClientPatterns of(List<String> texts) {
    List<Pattern> patterns = new ArrayList<>();
    for (String text : texts) {
      int slash = text.indexOf('/');
      if (slash < 1) {
        throw new IllegalArgumentException(
            "'%s': must be service/client-id, such as bots/robot-7 or bots/*".formatted(text));
      }
      patterns.add(
          new Pattern(
              NamePatterns.of(List.of(text.substring(0, slash))),
              NamePatterns.of(List.of(text.substring(slash + 1)))));
    }
    return new ClientPatterns(patterns);
  }

  @Override
  public boolean test(ClientKey client) {
    for (Pattern pattern : patterns) {
      if (pattern.services().match(client.service(), 0)
          && pattern.ids().match(client.clientId(), 0)) {
        return true;
      }
    }
    return false;
  }
}
