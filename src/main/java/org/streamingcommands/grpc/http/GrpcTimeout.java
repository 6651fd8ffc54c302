package org.streamingcommands.grpc.http;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** The request header {@code grpc-timeout}: how long the caller is going to wait. */
public final class GrpcTimeout {
  public static final String HEADER = "grpc-timeout";

  private static final int MAX_DIGITS = 8;

  private GrpcTimeout() {}

  /**
   * @throws FrameViolation where it is not 1 to 8 digits and a unit
   */
  public static Duration parse(String header) throws FrameViolation {
    int digits = header.length() - 1;
    if (digits < 1 || digits > MAX_DIGITS) {
      throw malformed(header);
    }
    long amount = 0;
    for (int i = 0; i < digits; i++) {
      char c = header.charAt(i);
      if (c < '0' || c > '9') {
        throw malformed(header);
      }
      amount = 10 * amount + (c - '0');
    }
    return Duration.of(amount, unit(header));
  }

  private static ChronoUnit unit(String header) throws FrameViolation {
    return switch (header.charAt(header.length() - 1)) {
      case 'H' -> ChronoUnit.HOURS;
      case 'M' -> ChronoUnit.MINUTES;
      case 'S' -> ChronoUnit.SECONDS;
      case 'm' -> ChronoUnit.MILLIS;
      case 'u' -> ChronoUnit.MICROS;
      case 'n' -> ChronoUnit.NANOS;
      default -> throw malformed(header);
    };
  }

  private static FrameViolation malformed(String header) {
    return FrameViolation.invalid(
        "grpc-timeout: '%s' is not 1 to 8 digits and one of H M S m u n".formatted(header));
  }
}
