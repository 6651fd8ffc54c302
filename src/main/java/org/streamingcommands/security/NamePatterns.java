package org.streamingcommands.security;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names, and beginnings of names with a star at their end; a star alone is every name. */
final class NamePatterns {
  private final Set<String> exact;
  private final List<String> prefixes;

  private NamePatterns(Set<String> exact, List<String> prefixes) {
    this.exact = exact;
    this.prefixes = prefixes;
  }

  /**
   * @throws IllegalArgumentException for a star elsewhere, which would not mean what it seems to
   */
  static NamePatterns of(List<String> patterns) {
    Set<String> exact = new HashSet<>();
    List<String> prefixes = new ArrayList<>();
    for (String pattern : patterns) {
      int star = pattern.indexOf('*');
      if (star < 0) {
        exact.add(pattern);
      } else if (star == pattern.length() - 1) {
        prefixes.add(pattern.substring(0, star));
      } else {
        throw new IllegalArgumentException(
            "'%s': a star may stand at the end only".formatted(pattern));
      }
    }
    return new NamePatterns(exact, prefixes);
  }

  boolean match(String text, int from) {
    for (String prefix : prefixes) {
      if (text.startsWith(prefix, from)) {
        return true;
      }
    }
    return !exact.isEmpty() && exact.contains(from == 0 ? text : text.substring(from));
  }

  boolean matchAll() {
    return prefixes.contains("");
  }
}
