package org.streamingcommands.client;

import java.util.ArrayList;
import java.util.List;

/**
 * Where an api listens.
 *
 * @param host a name or an address, without brackets
 * @param port 1 to 65535
 */
public record ApiAddress(String host, int port) {
  static final String RULE = "host:port, or several of them with commas between";

  /**
   * @param text {@code host:port}, or several with commas between; an IPv6 address in brackets
   * @throws IllegalArgumentException where it is none
   */
  static List<ApiAddress> parseAll(String text) {
    List<ApiAddress> addresses = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      addresses.add(parse(one.strip()));
    }
    return addresses;
  }

  private static ApiAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String name = colon < 0 ? "" : text.substring(0, colon);
    boolean bracketed = name.startsWith("[") && name.endsWith("]");
    String bare = bracketed ? name.substring(1, name.length() - 1) : name;
    int port = portOf(text.substring(colon + 1));
    if (bare.isBlank() || !bracketed && bare.indexOf(':') >= 0 || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("must be " + RULE + ", is '" + text + "'");
    }
    return new ApiAddress(bare, port);
  }

  private static int portOf(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** {@code host:port}. */
  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
