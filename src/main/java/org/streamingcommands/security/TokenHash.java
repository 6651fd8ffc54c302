package org.streamingcommands.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Static tokens: {@code <name>.<secret>}. The name says whose it is and is no secret, so that one
 * look-up and one comparison decide; only the secret's SHA-256 is kept. A fast hash is enough,
 * because a secret is 256 random bits and not a word that somebody chose.
 */
public final class TokenHash {
  private static final String PREFIX = "sha256:";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final int SECRET_BYTES = 32;

  /** Shorter ones could be found by trying. */
  private static final int MIN_SECRET = 32;

  private static final int MAX_TOKEN = 1024;

  private final byte[] hash;

  private TokenHash(byte[] hash) {
    this.hash = hash;
  }

  /**
   * Reads {@code sha256:<64 hex digits>}.
   *
   * @throws IllegalArgumentException for anything else, which it does not repeat: it may be a token
   *     that somebody forgot to hash
   */
  public static TokenHash parse(String text) {
    if (text.length() == PREFIX.length() + 64 && text.startsWith(PREFIX)) {
      try {
        return new TokenHash(HexFormat.of().parseHex(text.substring(PREFIX.length())));
      } catch (IllegalArgumentException e) {
        // Said below.
      }
    }
    throw new IllegalArgumentException(
        "must be sha256: and 64 hex digits, as `streaming-commands token hash` prints");
  }

  /**
   * A new token.
   *
   * @throws IllegalArgumentException for a name of other than 1 to 64 of a-z A-Z 0-9 _ -
   */
  public static String newToken(String name) {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return checkedName(name) + '.' + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  /** The name in a token; empty where it has not the form of one. */
  public static String nameIn(String token) {
    int dot = token.indexOf('.');
    boolean formed = token.length() <= MAX_TOKEN && dot > 0 && token.indexOf('.', dot + 1) < 0;
    return formed && NAME.matcher(token.substring(0, dot)).matches() ? token.substring(0, dot) : "";
  }

  /**
   * @throws IllegalArgumentException where it has not the form of a token, or is too short
   */
  public static TokenHash of(String token) {
    String name = nameIn(token);
    if (name.isEmpty() || token.length() - name.length() - 1 < MIN_SECRET) {
      throw new IllegalArgumentException(
          "a token is <name>.<secret>, the secret %d characters or more".formatted(MIN_SECRET));
    }
    return new TokenHash(digest(token));
  }

  /** Takes as long for a wrong token as for the right one. */
  boolean matches(String token) {
    return MessageDigest.isEqual(hash, digest(token));
  }

  static String checkedName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s': a name is 1 to 64 of a-z A-Z 0-9 _ -".formatted(name));
    }
    return name;
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return PREFIX + HexFormat.of().formatHex(hash);
  }
}
