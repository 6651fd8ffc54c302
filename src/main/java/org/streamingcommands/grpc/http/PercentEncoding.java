package org.streamingcommands.grpc.http;

import java.nio.charset.StandardCharsets;

/**
 * How {@code grpc-message} is written: printable ASCII as it is, all else as the percent-encoded
 * bytes of UTF-8, and the percent sign too ("gRPC over HTTP2", Percent-Encoded).
 */
public final class PercentEncoding {
  private static final String HEX = "0123456789ABCDEF";

  private PercentEncoding() {}

  public static String of(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 8);
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      if (one >= ' ' && one <= '~' && one != '%') {
        encoded.append((char) one);
      } else {
        encoded.append('%').append(HEX.charAt(one >> 4 & 0xF)).append(HEX.charAt(one & 0xF));
      }
    }
    return encoded.toString();
  }
}
