package org.streamingcommands.client;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where one link leads.
 *
 * @param address as it was configured; also the name that a certificate has to have
 * @param ip the one of the name's several addresses; null where the channel finds it by itself
 */
record ApiTarget(ApiAddress address, @Nullable InetAddress ip) {
  static ApiTarget of(ApiAddress address) {
    return new ApiTarget(address, null);
  }

  /** {@code host:port}, with the address in parentheses where the name has several. */
  @Override
  public String toString() {
    return ip == null ? address.toString() : address + " (" + ip.getHostAddress() + ")";
  }
}
