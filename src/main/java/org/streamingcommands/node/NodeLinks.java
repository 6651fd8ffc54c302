package org.streamingcommands.node;

import com.typesafe.config.Config;
import org.streamingcommands.security.ListenerSecurity;

/**
 * Whether nodes may speak to one another as they are configured to: whoever can reach the port
 * between nodes is a node, unless TLS asks for a certificate.
 */
final class NodeLinks {
  private static final String ARTERY = "pekko.remote.artery.";

  private NodeLinks() {}

  /**
   * @throws IllegalArgumentException naming the keys to set
   */
  static void check(Config root) {
    String host = root.getString(ARTERY + "canonical.hostname");
    String bind = root.getString(ARTERY + "bind.hostname");
    String listens = bind.isEmpty() ? host : bind;
    if (ListenerSecurity.isLoopback(listens)
        || root.getString(ARTERY + "transport").equals("tls-tcp")
        || root.getBoolean("streaming-commands.security.insecure")) {
      return;
    }
    throw new IllegalArgumentException(
        ("pekko.remote.artery listens on '%s', which other machines can reach, and whoever reaches it"
                + " is a node: include conf/cluster-tls.conf, which sets"
                + " pekko.remote.artery.transport = tls-tcp; or, in a network that you trust wholly,"
                + " streaming-commands.security.insecure = on")
            .formatted(listens));
  }
}
