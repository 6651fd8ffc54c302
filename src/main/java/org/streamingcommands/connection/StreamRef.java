package org.streamingcommands.connection;

/**
 * Names a live stream in the cluster.
 *
 * @param node the node that holds the socket
 * @param id unique on that node for as long as it runs
 */
record StreamRef(String node, long id) {

  String sessionId() {
    return node + '#' + Long.toString(id, Character.MAX_RADIX);
  }
}
