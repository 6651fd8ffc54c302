package org.streamingcommands.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.streamingcommands.connection.DrainSettings;

/** Values that are each within their bounds and make no sense beside one another, a line each. */
final class Contradictions {
  private static final String ROOT = "streaming-commands";
  private static final String PHASE =
      "pekko.coordinated-shutdown.phases.before-service-unbind.timeout";
  private static final String FRAME = "pekko.remote.artery.advanced.maximum-frame-size";

  private final Config root;
  private final Config own;
  private final List<String> found = new ArrayList<>();

  private Contradictions(Config root) {
    this.root = root;
    this.own = root.getConfig(ROOT);
  }

  /**
   * @param root a configuration whose every value is valid by itself
   */
  static List<String> of(Config root) {
    Contradictions contradictions = new Contradictions(root);
    contradictions.sizes();
    contradictions.drain();
    contradictions.limits();
    contradictions.client();
    contradictions.found.addAll(ListenAddress.collisions(root));
    return contradictions.found;
  }

  /** What one place takes and the next one does not. */
  private void sizes() {
    long nodes = root.getBytes(FRAME);
    for (String section : sections()) {
      long command = bytes(section, "max-command-size");
      for (String listener : List.of("edge.max-frame-size", "api.max-message-size")) {
        if (command >= own.getBytes(listener)) {
          add(
              "%s.max-command-size: (%d) must be below %s (%d)",
              section, command, listener, own.getBytes(listener));
        }
      }
      if (command >= nodes) {
        add("%s.max-command-size: (%d) must be below %s (%d)", section, command, FRAME, nodes);
      }
      if (command > bytes(section, "queue-bytes")) {
        add(
            "%s.max-command-size: (%d) is more than its queue-bytes (%d), so that no queue takes such a command",
            section, command, bytes(section, "queue-bytes"));
      }
    }
  }

  /** The section of the defaults, and those of the services. */
  private List<String> sections() {
    List<String> sections = new ArrayList<>(List.of("connection"));
    for (String name : new TreeSet<>(own.getObject("services").keySet())) {
      sections.add("services." + ConfigUtil.quoteString(name));
    }
    return sections;
  }

  private long bytes(String section, String key) {
    return own.hasPath(section + '.' + key)
        ? own.getBytes(section + '.' + key)
        : own.getBytes("connection." + key);
  }

  private void drain() {
    DrainSettings drain = DrainSettings.from(own.getConfig("drain"));
    if (drain.limit().compareTo(root.getDuration(PHASE)) >= 0) {
      add(
          "drain: window + in-flight-timeout (%s) must be less than %s (%s), which cuts a drain off",
          drain.limit(), PHASE, root.getDuration(PHASE));
    }
  }

  /** Limits that another one makes void. */
  private void limits() {
    int node = own.getInt("admission.max-connections");
    for (String section : sections()) {
      String key = section + ".max-clients";
      int service = own.hasPath(key) ? own.getInt(key) : 0;
      if (node != 0 && service > node) {
        add("%s: (%d) is more than admission.max-connections (%d) lets in", key, service, node);
      }
    }
    int rate = own.getInt("admission.accept-rate");
    if (rate != 0 && node != 0 && rate > node) {
      add(
          "admission.accept-rate: (%d) is more than admission.max-connections (%d) lets in",
          rate, node);
    }
  }

  private void client() {
    Config client = own.getConfig("client");
    boolean hasFiles =
        !client.getString("tls.ca").isEmpty() || !client.getString("tls.certificate").isEmpty();
    if (hasFiles && !client.getBoolean("tls.enabled")) {
      add("client.tls: has files, and enabled = off");
    }
    if (client.getBytes("max-command-size") > own.getBytes("api.max-message-size")) {
      add("client.max-command-size: is more than api.max-message-size");
    }
  }

  private void add(String line, Object... values) {
    found.add(ROOT + '.' + line.formatted(values).replace("\"", ""));
  }
}
