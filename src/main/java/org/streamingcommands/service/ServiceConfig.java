package org.streamingcommands.service;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import java.util.Map;
import java.util.Set;
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
    String path = ConfigUtil.joinPath("streaming-commands", "services", name);
    Config ofOperator = root.hasPath(path) ? root.getConfig(path) : ConfigFactory.empty();
    Config own =
        ofOperator.withFallback(ConfigFactory.parseMap(ofCode, "the code of service " + name));
    for (String key : own.root().keySet()) {
      if (!defaults.hasPath(key) && !OF_OTHERS.contains(key)) {
        throw new IllegalArgumentException(
            "streaming-commands.services.%s.%s: there is no such key".formatted(name, key));
      }
    }
    return ServiceSettings.from(own.withFallback(defaults));
  }
}
