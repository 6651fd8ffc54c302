package org.streamingcommands.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chooses clients by their labels: requirements joined by commas, all of which must hold. {@code
 * k=v}, {@code k!=v}, {@code k in (a,b)}, {@code k notin (a,b)}, {@code k} (has the label), {@code
 * !k} (has it not); the same as <a
 * href="https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors">Kubernetes</a>
 * has. The empty selector chooses all. Immutable.
 */
public final class LabelSelector {
  /** Chooses every client. */
  public static final LabelSelector ALL = new LabelSelector("", List.of());

  private static final int MAX_LENGTH = 2000;
  private static final String WORD = "[^\\s,()=!]+";
  private static final Pattern REQUIREMENT =
      Pattern.compile(
          "\\s*(?:!\\s*(?<absent>WORD)|(?<key>WORD)\\s*(?:(?<op>==?|!=)\\s*(?<value>WORD)?|(?<set>in|notin)\\s*\\((?<values>[^()]*)\\))?)\\s*"
              .replace("WORD", WORD));

  private enum Operator {
    IN,
    NOT_IN,
    PRESENT,
    ABSENT
  }

  private record Requirement(String key, Operator operator, Set<String> values) {
    boolean holds(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case IN -> value != null && values.contains(value);
        case NOT_IN -> value == null || !values.contains(value);
        case PRESENT -> value != null;
        case ABSENT -> value == null;
      };
    }
  }

  private final String text;
  private final List<Requirement> requirements;

  private LabelSelector(String text, List<Requirement> requirements) {
    this.text = text;
    this.requirements = requirements;
  }

  /**
   * @throws IllegalArgumentException saying where it cannot be read
   */
  public static LabelSelector parse(String text) {
    if (text.isBlank()) {
      return ALL;
    }
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "selector: at most %d characters, has %d".formatted(MAX_LENGTH, text.length()));
    }
    List<Requirement> requirements = new ArrayList<>();
    Matcher matcher = REQUIREMENT.matcher(text);
    int position = 0;
    while (true) {
      matcher.region(position, text.length());
      if (!matcher.lookingAt()) {
        throw unreadable(text, position);
      }
      requirements.add(requirement(matcher));
      position = matcher.end();
      if (position == text.length()) {
        return new LabelSelector(text, List.copyOf(requirements));
      }
      if (text.charAt(position) != ',') {
        throw unreadable(text, position);
      }
      position++;
    }
  }

  public boolean matches(Map<String, String> labels) {
    for (Requirement requirement : requirements) {
      if (!requirement.holds(labels)) {
        return false;
      }
    }
    return true;
  }

  private static Requirement requirement(Matcher matcher) {
    if (matcher.group("absent") != null) {
      return new Requirement(matcher.group("absent"), Operator.ABSENT, Set.of());
    }
    String key = matcher.group("key");
    if (matcher.group("op") != null) {
      String value = matcher.group("value") == null ? "" : matcher.group("value");
      boolean equal = !matcher.group("op").equals("!=");
      return new Requirement(key, equal ? Operator.IN : Operator.NOT_IN, Set.of(value));
    }
    if (matcher.group("set") != null) {
      Set<String> values = new TreeSet<>();
      for (String value : matcher.group("values").split(",", -1)) {
        values.add(value.strip());
      }
      boolean in = matcher.group("set").equals("in");
      return new Requirement(key, in ? Operator.IN : Operator.NOT_IN, values);
    }
    return new Requirement(key, Operator.PRESENT, Set.of());
  }

  private static IllegalArgumentException unreadable(String text, int position) {
    return new IllegalArgumentException(
        "selector: cannot be read at '%s' (position %d)"
            .formatted(text.substring(position), position));
  }

  @Override
  public String toString() {
    return text;
  }
}
