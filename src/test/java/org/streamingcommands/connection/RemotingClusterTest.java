package org.streamingcommands.connection;

/** Nodes that have no trunks. */
class RemotingClusterTest extends ClusterContract {
  RemotingClusterTest() {
    super(false);
  }
}
