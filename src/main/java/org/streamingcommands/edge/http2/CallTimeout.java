package org.streamingcommands.edge.http2;

import java.util.concurrent.TimeUnit;

/**
 * The value of {@code grpc-timeout}: up to eight digits and a unit ("gRPC over HTTP2", Timeout).
 */
final class CallTimeout {
  private static final int MOST_DIGITS = 8;

  private CallTimeout() {}

  /**
   * @throws IllegalArgumentException where it is none
   */
  static long nanos(String value) {
    int digits = value.length() - 1;
    if (digits < 1 || digits > MOST_DIGITS) {
      throw new IllegalArgumentException("grpc-timeout: must be 1 to 8 digits and a unit");
    }
    long count = 0;
    for (int n = 0; n < digits; n++) {
      int digit = value.charAt(n) - '0';
      if (digit < 0 || digit > 9) {
        throw new IllegalArgumentException("grpc-timeout: must be 1 to 8 digits and a unit");
      }
      count = count * 10 + digit;
    }
    TimeUnit unit =
        switch (value.charAt(digits)) {
          case 'H' -> TimeUnit.HOURS;
          case 'M' -> TimeUnit.MINUTES;
          case 'S' -> TimeUnit.SECONDS;
          case 'm' -> TimeUnit.MILLISECONDS;
          case 'u' -> TimeUnit.MICROSECONDS;
          case 'n' -> TimeUnit.NANOSECONDS;
          default -> throw new IllegalArgumentException("grpc-timeout: unit is one of H M S m u n");
        };
    return unit.toNanos(count);
  }
}
