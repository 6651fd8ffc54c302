package org.streamingcommands.grpc.http;

import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** How a caller compresses its messages, by the header {@code grpc-encoding}. */
public enum MessageEncoding {
  IDENTITY,
  GZIP;

  /** The request header that names it. */
  public static final String HEADER = "grpc-encoding";

  /**
   * @throws FrameViolation UNIMPLEMENTED for an encoding that is not known
   */
  public static MessageEncoding of(String header) throws FrameViolation {
    return switch (header) {
      case "identity" -> IDENTITY;
      case "gzip" -> GZIP;
      default ->
          throw new FrameViolation(
              Status.UNIMPLEMENTED.withDescription(
                  "grpc-encoding: '%s' is not known, gzip and identity are".formatted(header)));
    };
  }

  /**
   * Inflates one message, never further than the limit.
   *
   * @throws FrameViolation where that is not all, or it is not compressed so
   */
  public byte[] inflate(byte[] bytes, int from, int length, int limit) throws FrameViolation {
    if (this == IDENTITY) {
      throw FrameViolation.invalid("a compressed message in a call without grpc-encoding");
    }
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes, from, length))) {
      byte[] inflated = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw FrameViolation.tooLarge(limit);
      }
      return inflated;
    } catch (IOException e) {
      throw FrameViolation.invalid("a compressed message cannot be inflated");
    }
  }
}
