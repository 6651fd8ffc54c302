package org.streamingcommands.cli;

/**
 * Texts of others made fit for a person's terminal. Clients choose their ids, labels, messages and
 * answers, and a control character among them could move the cursor, repaint what was printed, or
 * make the terminal type. What JSON prints needs no such care: it escapes them.
 */
final class Plain {
  private Plain() {}

  /** The text with each control character, and each that turns the direction, as it is written. */
  static String text(String text) {
    if (text.codePoints().noneMatch(Plain::isUnfit)) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              if (isUnfit(c)) {
                plain.append("\\u%04x".formatted(c));
              } else {
                plain.appendCodePoint(c);
              }
            });
    return plain.toString();
  }

  private static boolean isUnfit(int c) {
    return Character.isISOControl(c)
        || c >= 0x202a && c <= 0x202e
        || c >= 0x2066 && c <= 0x2069
        || c == 0x2028
        || c == 0x2029;
  }
}
