package org.streamingcommands.command;

import java.util.Map;
import java.util.Optional;

/**
 * The rules for what comes from outside: ids, names, labels. Each answers what is wrong, with the
 * field's name, or empty.
 */
public final class Names {
  public static final int MAX_SERVICE = 100;
  public static final int MAX_CLIENT_ID = 200;
  public static final int MAX_COMMAND_ID = 100;
  public static final int MAX_LABELS = 32;
  public static final int MAX_LABEL_KEY = 63;
  public static final int MAX_LABEL_VALUE = 255;

  private Names() {}

  public static Optional<String> problemWithService(String service) {
    if (service.isEmpty()) {
      return Optional.of("service: must not be empty");
    }
    if (service.length() > MAX_SERVICE) {
      return tooLong("service", service, MAX_SERVICE);
    }
    boolean clean =
        service
            .chars()
            .allMatch(
                c ->
                    c >= 'a' && c <= 'z'
                        || c >= 'A' && c <= 'Z'
                        || c >= '0' && c <= '9'
                        || c == '.'
                        || c == '_'
                        || c == '-');
    return clean ? Optional.empty() : Optional.of("service: only a-z A-Z 0-9 . _ - are allowed");
  }

  public static Optional<String> problemWithClientId(String clientId) {
    return problemWithText("client_id", clientId, 1, MAX_CLIENT_ID);
  }

  public static Optional<String> problemWithCommandId(String commandId) {
    return problemWithText("command_id", commandId, 1, MAX_COMMAND_ID);
  }

  public static Optional<String> problemWithLabels(String field, Map<String, String> labels) {
    if (labels.isEmpty()) {
      // Most commands have none, and an iterator over nothing is an object too.
      return Optional.empty();
    }
    if (labels.size() > MAX_LABELS) {
      return Optional.of("%s: at most %d, are %d".formatted(field, MAX_LABELS, labels.size()));
    }
    for (Map.Entry<String, String> label : labels.entrySet()) {
      Optional<String> problem =
          problemWithText(field + " key", label.getKey(), 1, MAX_LABEL_KEY)
              .or(
                  () ->
                      problemWithText(
                          field + "[" + label.getKey() + "]",
                          label.getValue(),
                          0,
                          MAX_LABEL_VALUE));
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  /** A type URL names a type after its last slash, as google.protobuf.Any says. */
  public static Optional<String> problemWithTypeUrl(String field, String typeUrl) {
    if (typeUrl.isEmpty()) {
      return Optional.of(field + ": must not be empty");
    }
    int slash = typeUrl.lastIndexOf('/');
    if (slash < 0) {
      return Optional.of("%s: '%s' has no slash before a type name".formatted(field, typeUrl));
    }
    boolean startsName = true;
    for (int i = slash + 1; i < typeUrl.length(); i++) {
      char c = typeUrl.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
      boolean digit = c >= '0' && c <= '9';
      if (c == '.' ? startsName : !(letter || digit && !startsName)) {
        return Optional.of("%s: '%s' names no type".formatted(field, typeUrl));
      }
      startsName = c == '.';
    }
    return startsName
        ? Optional.of("%s: '%s' names no type".formatted(field, typeUrl))
        : Optional.empty();
  }

  /** What is wrong with a text of so many characters, none of which may be a control character. */
  public static Optional<String> problemWithText(String field, String text, int min, int max) {
    if (text.length() < min) {
      return Optional.of(field + ": must not be empty");
    }
    if (text.length() > max) {
      return tooLong(field, text, max);
    }
    // Plain, because every command id of a client's answer comes this way.
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return Optional.of(field + ": control characters are not allowed");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> tooLong(String field, String text, int max) {
    return Optional.of("%s: at most %d characters, has %d".formatted(field, max, text.length()));
  }
}
