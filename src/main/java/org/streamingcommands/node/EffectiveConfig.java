package org.streamingcommands.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What a node goes by, after files, defaults and overrides; no secret in it. */
public final class EffectiveConfig {
  private static final Pattern SECRET =
      Pattern.compile("token|.*(password|secret|passphrase|credential|api-?key).*");

  /** What of Pekko decides who can reach whom, and how long a drain may take. */
  private static final Set<String> OF_PEKKO =
      Set.of(
          "pekko.remote.artery.transport",
          "pekko.remote.artery.canonical",
          "pekko.remote.artery.bind",
          "pekko.management.http.hostname",
          "pekko.management.http.port",
          "pekko.coordinated-shutdown.phases.before-service-unbind.timeout",
          "pekko.cluster.seed-nodes",
          "pekko.cluster.roles");

  private EffectiveConfig() {}

  /**
   * @param json one line for a program, or many for a person
   */
  public static String render(Config root, boolean json) {
    Config shown = root.withOnlyPath("streaming-commands");
    for (String path : OF_PEKKO) {
      if (root.hasPath(path)) {
        shown = shown.withFallback(root.withOnlyPath(path));
      }
    }
    ConfigObject masked = (ConfigObject) masked(shown.root());
    return ConfigFactory.parseMap(masked.unwrapped())
        .root()
        .render(
            json
                ? ConfigRenderOptions.concise()
                : ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
  }

  private static ConfigValue masked(ConfigValue value) {
    if (value instanceof ConfigObject object) {
      Map<String, Object> copy = new LinkedHashMap<>();
      object.forEach(
          (key, below) ->
              copy.put(
                  key,
                  SECRET.matcher(key).matches() && !(below instanceof ConfigObject)
                      ? "***"
                      : masked(below)));
      return ConfigValueFactory.fromMap(copy);
    }
    if (value instanceof ConfigList list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(below -> copy.add(masked(below)));
      return ConfigValueFactory.fromIterable(copy);
    }
    return value;
  }
}
