package org.streamingcommands.service;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.streamingcommands.command.Proof;
import org.streamingcommands.command.ServiceAccess;
import org.streamingcommands.connection.ServiceSettings;

/** Puts a service's settings together; what comes later in the list of sources wins. */
public final class ServiceConfig {
  /** Read by those who ask clients who they are, and by those who show commands as JSON. */
  private static final Set<String> OF_OTHERS =
      Set.of("auth", "certificate-name", "descriptor-sets");

  private ServiceConfig() {}

  /**
   * From {@code streaming-commands.connection}, then the code's own, then {@code
   * streaming-commands.services.<name>}, because who runs a service knows more than who wrote it.
   *
   * @throws IllegalArgumentException for a key that no service has, or a value out of its bounds
   */
  public static ServiceSettings read(Config root, String name, Map<String, Object> ofCode) {
    Config defaults = root.getConfig("streaming-commands.connection");
    Config ofOperator = ofOperator(root, name);
    for (String key : ofOperator.root().keySet()) {
      if (!defaults.hasPath(key) && !OF_OTHERS.contains(key)) {
        throw noSuchKey(name, key);
      }
    }
    for (String key : ofCode.keySet()) {
      // What is another's to read would be lost here, and a service be open that was to be closed.
      if (!defaults.hasPath(key)) {
        throw noSuchKey(name, key);
      }
    }
    return ServiceSettings.from(
        ofOperator
            .withFallback(ConfigFactory.parseMap(ofCode, "the code of service " + name))
            .withFallback(defaults));
  }

  /**
   * Checks that whom a service's code lets in can come at all.
   *
   * @throws IllegalArgumentException where the edge knows none of them, or not all
   */
  static void check(Config root, String name, ServiceAccess ofCode) {
    Set<Proof> proofs = ofCode.proofs();
    if (proofs == null || ofOperator(root, name).hasPath("auth")) {
      return;
    }
    Set<Proof> edge = Proof.named(root.getStringList("streaming-commands.edge.auth"));
    if (!edge.containsAll(proofs)) {
      throw new IllegalArgumentException(
          "service '%s': auth is %s in code, and the edge knows only %s, see streaming-commands.edge.auth"
              .formatted(name, EnumSet.copyOf(proofs), edge.isEmpty() ? "nobody" : edge));
    }
  }

  private static Config ofOperator(Config root, String name) {
    String path = ConfigUtil.joinPath("streaming-commands", "services", name);
    return root.hasPath(path) ? root.getConfig(path) : ConfigFactory.empty();
  }

  private static IllegalArgumentException noSuchKey(String name, String key) {
    return new IllegalArgumentException(
        "streaming-commands.services.%s.%s: there is no such key".formatted(name, key));
  }
}
