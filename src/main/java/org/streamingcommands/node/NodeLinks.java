package org.streamingcommands.node;

import com.typesafe.config.Config;
import org.streamingcommands.security.ListenerSecurity;

/**
 * Whether the listeners beside edge and api may listen where they are configured to: whoever can
 * reach the port between nodes is a node, unless TLS asks for a certificate, and those for figures
 * and for probes ask nobody.
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

  /**
   * @throws IllegalArgumentException naming the key to set
   */
  static void checkMetrics(Config root) {
    checkPlain(root, "metrics", "streaming-commands.metrics.host", "the figures of this node");
  }

  /**
   * @throws IllegalArgumentException naming the key to set
   */
  static void checkManagement(Config root) {
    String bind = "pekko.management.http.bind-hostname";
    checkPlain(
        root,
        "management",
        root.getString(bind).isEmpty() ? "pekko.management.http.hostname" : bind,
        "the members of the cluster");
  }

  private static void checkPlain(Config root, String listener, String hostKey, String what) {
    String section = "streaming-commands." + listener;
    if (!root.getBoolean(section + ".enabled")
        || ListenerSecurity.isLoopback(root.getString(hostKey))
        || root.getBoolean(section + ".insecure")
        || root.getBoolean("streaming-commands.security.insecure")) {
      return;
    }
    throw new IllegalArgumentException(
        ("%s is '%s', which other machines can reach, and %s are told to whoever asks: keep it on"
                + " 127.0.0.1; or, where the network sees to it, %s.insecure = on")
            .formatted(hostKey, root.getString(hostKey), what, section));
  }
}
