package org.streamingcommands.credentials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the token for the next call comes from: a static one, or a JWT that somebody renews. Asked
 * on a network thread for every call and renewal, so it answers at once from memory or a small
 * file; what takes longer is fetched beforehand, elsewhere.
 */
@FunctionalInterface
public interface TokenSource {

  /**
   * The token, without "Bearer".
   *
   * @throws RuntimeException where there is none; the call then ends as UNAUTHENTICATED
   */
  String token();

  /** Always the same one. */
  static TokenSource of(String token) {
    return () -> token;
  }

  /** The file's content, read anew each time, so that whoever renews the token only writes it. */
  static TokenSource file(Path file) {
    return new TokenFile(file);
  }

  /** Two of the same file are equal. */
  record TokenFile(Path file) implements TokenSource {
    @Override
    public String token() {
      try {
        return Files.readString(file).strip();
      } catch (IOException e) {
        throw new IllegalStateException("the token file cannot be read: " + file, e);
      }
    }
  }
}
