package org.streamingcommands.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses that a name stands for. May block. */
@FunctionalInterface
interface HostLookup {
  /** As the JVM does it, with its cache: see {@code networkaddress.cache.ttl}. */
  HostLookup SYSTEM = host -> List.of(InetAddress.getAllByName(host));

  List<InetAddress> all(String host) throws UnknownHostException;
}
