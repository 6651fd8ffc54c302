package org.streamingcommands.node;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One address that a node is about to listen on, and the key that says so. */
record ListenAddress(String key, String host, int port) {
  private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "[::]");

  /** Those that would be in each other's way, a line for each two. */
  static List<String> collisions(Config root) {
    List<ListenAddress> all = of(root);
    List<String> found = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      for (int j = i + 1; j < all.size(); j++) {
        if (all.get(i).collidesWith(all.get(j))) {
          found.add(
              "%s and %s: both are %d".formatted(all.get(i).key, all.get(j).key, all.get(i).port));
        }
      }
    }
    return found;
  }

  private static List<ListenAddress> of(Config root) {
    List<ListenAddress> all = new ArrayList<>();
    for (String name : List.of("edge", "api", "metrics")) {
      String section = "streaming-commands." + name;
      if (!root.hasPath(section + ".enabled") || root.getBoolean(section + ".enabled")) {
        all.add(
            new ListenAddress(
                section + ".port",
                root.getString(section + ".host"),
                root.getInt(section + ".port")));
      }
    }
    if (root.getBoolean("streaming-commands.management.enabled")) {
      all.add(
          pekko(root, "pekko.management.http", "hostname", "port", "bind-hostname", "bind-port"));
    }
    ListenAddress remoting =
        pekko(
            root,
            "pekko.remote.artery",
            "canonical.hostname",
            "canonical.port",
            "bind.hostname",
            "bind.port");
    all.add(remoting);
    if (root.getBoolean("streaming-commands.trunk.enabled")) {
      String port = "streaming-commands.trunk.port";
      all.add(new ListenAddress(port, remoting.host, root.getInt(port)));
    }
    return all;
  }

  /** Pekko's own: where it binds, unless that is left to how it is called. */
  private static ListenAddress pekko(
      Config root, String section, String host, String port, String bindHost, String bindPort) {
    Config own = root.getConfig(section);
    String portKey = own.getString(bindPort).isEmpty() ? port : bindPort;
    return new ListenAddress(
        section + '.' + portKey,
        own.getString(own.getString(bindHost).isEmpty() ? host : bindHost),
        own.getInt(portKey));
  }

  private boolean collidesWith(ListenAddress other) {
    return port != 0
        && port == other.port
        && (host.equals(other.host)
            || EVERYWHERE.contains(host)
            || EVERYWHERE.contains(other.host));
  }
}
