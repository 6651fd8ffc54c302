package org.streamingcommands.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.streamingcommands.api.ApiSettings;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.connection.AdmissionSettings;
import org.streamingcommands.connection.DrainSettings;
import org.streamingcommands.connection.EngineSettings;
import org.streamingcommands.connection.ServiceSettings;
import org.streamingcommands.edge.EdgeSettings;
import org.streamingcommands.json.JsonCatalog;
import org.streamingcommands.ops.MetricsSettings;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.service.ServiceConfig;
import org.streamingcommands.trunk.TrunkSettings;

/**
 * Whether a node could live with a configuration: no key under {@code streaming-commands}, or under
 * the sections of Pekko that a node is configured by, that nobody reads, no value out of its
 * bounds, no two that contradict each other. Reads the files of certificates and keys that the
 * configuration names.
 */
public final class ConfigCheck {
  private static final String ROOT = "streaming-commands";

  /** Where names are the operator's own; whoever reads them checks what is below. */
  private static final Set<String> OPEN =
      Set.of(
          ROOT + ".services",
          ROOT + ".security.roles",
          ROOT + ".security.principals",
          "pekko.cluster.role",
          "pekko.cluster.configuration-compatibility-check.checkers",
          "pekko.cluster.sharding.passivation",
          "pekko.management.health-checks",
          "pekko.management.http.routes");

  /** Where Pekko reads all that it knows of dispatchers, and not only what ours set. */
  private static final Set<String> DISPATCHERS =
      Set.of(
          ROOT + ".callback-dispatcher",
          ROOT + ".entity-dispatcher",
          ROOT + ".near-dispatcher",
          ROOT + ".selector-dispatcher");

  /** The sections of Pekko that a node is configured by, and whose keys are all in a reference. */
  private static final List<String> PEKKO =
      List.of("pekko.cluster", "pekko.remote.artery", "pekko.http.server", "pekko.management");

  /** Without system properties: those may be mistyped, too. */
  private static final Config EVERYBODYS = ConfigFactory.defaultReferenceUnresolved().resolve();

  private static final Config DISPATCHER = EVERYBODYS.getConfig("pekko.actor.default-dispatcher");

  private final Config root;
  private final Config own;
  private final List<String> problems = new ArrayList<>();

  private ConfigCheck(Config root) {
    this.root = root;
    this.own = root.getConfig(ROOT);
  }

  /**
   * What is wrong, a line each; empty where nothing is.
   *
   * @param root the whole configuration, resolved
   */
  public static List<String> problems(Config root) {
    ConfigCheck check = new ConfigCheck(root);
    check.unknownSections();
    check.unknownKeys(ROOT, EVERYBODYS.getConfig(ROOT), "", check.own.root());
    PEKKO.forEach(check::unknownKeys);
    int unknown = check.problems.size();
    check.sections();
    check.services();
    if (check.problems.size() == unknown) {
      check.problems.addAll(Contradictions.of(root));
    }
    return List.copyOf(check.problems);
  }

  // ---- keys ---------------------------------------------------------------------------------

  /** Beside ours; a single value there may be one that others refer to. */
  private void unknownSections() {
    for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(root.root()).entrySet()) {
      String key = ConfigUtil.quoteString(entry.getKey());
      if (entry.getValue() instanceof ConfigObject
          && !EVERYBODYS.hasPathOrNull(key)
          && !ConfigFactory.defaultOverrides().hasPathOrNull(key)) {
        problems.add(
            "%s: there is no such section; ours is %s (%s)"
                .formatted(entry.getKey(), ROOT, entry.getValue().origin().description()));
      }
    }
  }

  private void unknownKeys(String section) {
    unknownKeys(section, EVERYBODYS.getConfig(section), "", root.getObject(section));
  }

  private void unknownKeys(String base, Config known, String path, ConfigObject section) {
    for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(section).entrySet()) {
      String key =
          path.isEmpty()
              ? ConfigUtil.quoteString(entry.getKey())
              : path + '.' + ConfigUtil.quoteString(entry.getKey());
      String shown = base + '.' + key.replace("\"", "");
      if (!known.hasPathOrNull(key)) {
        problems.add(
            "%s: there is no such key (%s)"
                .formatted(shown, entry.getValue().origin().description()));
      } else if (entry.getValue() instanceof ConfigObject below && !OPEN.contains(shown)) {
        if (DISPATCHERS.contains(shown)) {
          unknownKeys(shown, known.getConfig(key).withFallback(DISPATCHER), "", below);
        } else if (!isListByNumbers(known, key, below)) {
          unknownKeys(base, known, key, below);
        }
      }
    }
  }

  /**
   * System properties give a list as {@code auth.0}, {@code auth.1}; see "numerically-indexed
   * objects" in HOCON's specification.
   */
  private static boolean isListByNumbers(Config known, String key, ConfigObject below) {
    return known.hasPath(key)
        && known.getValue(key).valueType() == ConfigValueType.LIST
        && below.keySet().stream().allMatch(name -> name.matches("[0-9]{1,9}"));
  }

  // ---- values -------------------------------------------------------------------------------

  private void sections() {
    attempt("", () -> EngineSettings.from(own));
    attempt("trunk", () -> TrunkSettings.from(own.getConfig("trunk")));
    attempt("edge", () -> EdgeSettings.from(own.getConfig("edge")));
    attempt("api", () -> ApiSettings.from(own.getConfig("api")));
    attempt("client", () -> CommandClientSettings.from(root));
    for (String listener : List.of("edge", "api")) {
      attempt(
          listener,
          () -> ListenerSecurity.of(own, listener, own.getString(listener + ".host")).close());
    }
    attempt("metrics", () -> MetricsSettings.from(own.getConfig("metrics")));
    attempt("tracing", () -> TracingUse.from(own.getConfig("tracing")));
    attempt("drain", () -> DrainSettings.from(own.getConfig("drain")));
    attempt("admission", () -> AdmissionSettings.from(own.getConfig("admission")));
    attempt("", () -> NodeLinks.check(root));
    attempt("", () -> NodeLinks.checkMetrics(root));
    attempt("", () -> NodeLinks.checkManagement(root));
    attempt("", () -> Management.check(root));
    attempt("connection", () -> ServiceSettings.from(own.getConfig("connection")));
  }

  private void services() {
    attempt("", () -> JsonCatalog.check(own));
    for (String name : own.getObject("services").keySet()) {
      attempt("services." + name, () -> ServiceConfig.read(root, name, Map.of()));
    }
  }

  private void attempt(String section, Runnable read) {
    try {
      read.run();
    } catch (IllegalArgumentException | ConfigException | ArithmeticException e) {
      String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      boolean named = said.contains(ROOT) || said.startsWith("pekko");
      boolean inSection = section.isEmpty() || said.startsWith(section + '.');
      String problem = named ? said : ROOT + '.' + (inSection ? "" : section + '.') + said;
      if (!problems.contains(problem)) {
        problems.add(problem);
      }
    }
  }
}
