package org.streamingcommands.command;

import com.google.protobuf.Any;

/**
 * What a client says of a running command. Never repeated and never confirmed; the newest counts.
 *
 * @param percent 0 to 100
 * @param message one line for a person
 * @param payload whatever the two ends agreed on; the default instance when there is none
 */
public record Progress(int percent, String message, Any payload) {
  public Progress {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException("percent must be 0 to 100, is " + percent);
    }
  }

  public static Progress of(int percent, String message) {
    return new Progress(percent, message, Any.getDefaultInstance());
  }
}
