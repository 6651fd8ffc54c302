package org.streamingcommands.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;

/** The way of all other nodes to one: to its remoting, and to where it takes trunks in. */
public final class NodeLinks implements AutoCloseable {
  private final FaultyLink remoting;
  private final FaultyLink trunk;

  NodeLinks(InetSocketAddress remotingPort, InetSocketAddress trunkPort, long seed)
      throws IOException {
    remoting = FaultyLink.to(remotingPort, seed);
    trunk = FaultyLink.to(trunkPort, seed);
  }

  InetSocketAddress remoting() {
    return remoting.address();
  }

  InetSocketAddress trunk() {
    return trunk.address();
  }

  /** As {@link FaultyLink#cut}. */
  public void cut() {
    remoting.cut();
    trunk.cut();
  }

  /** As {@link FaultyLink#halfOpen()}. */
  public void halfOpen() {
    remoting.halfOpen();
    trunk.halfOpen();
  }

  /** As {@link FaultyLink#halfOpen()}, of trunks alone: remoting goes on. */
  public void halfOpenTrunk() {
    trunk.halfOpen();
  }

  /** As {@link FaultyLink#heal}. */
  public void heal() {
    remoting.heal();
    trunk.heal();
  }

  @Override
  public void close() {
    remoting.close();
    trunk.close();
  }
}
