package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.StringValue;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.security.TokenHash;

class ConfigCheckTest {
  private static final String TOKEN = TokenHash.of(TokenHash.newToken("ci")).toString();

  @TempDir private Path directory;

  @Test
  void theDefaultsAreFine() {
    assertThat(ConfigCheck.problems(StreamingNode.config(Optional.empty()))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application",
        "production",
        "development",
        "testing",
        "high-throughput",
        "low-latency"
      })
  void everyPresetIsFine(String name) {
    assertThat(
            ConfigCheck.problems(
                StreamingNode.config(Optional.of(Path.of("conf", name + ".conf")))))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "edge.prot = 7400 | streaming-commands.edge.prot: there is no such key",
        "edg { port = 1 } | streaming-commands.edg: there is no such key",
        "services.bots.queue-szie = 1 | services.bots.queue-szie",
        "connection.queue-size = 0 | queue-size must be at least 1",
        "edge.port = 99999 | edge.port",
        "api.port = 99999 | streaming-commands.api.port",
        "edge.port = many | edge",
        "trunk.port = 70000 | streaming-commands.trunk.port",
        "trunk.canonical-port = -1 | streaming-commands.trunk.canonical-port",
        "trunk.port = 7400 | both are 7400",
        "edge.host = 0.0.0.0 | streaming-commands.edge.tls.certificate",
        "api.host = 0.0.0.0 | streaming-commands.api.auth",
        "edge.auth = [certificate] | streaming-commands.edge.tls.client-ca",
        "edge.auth = [jwt] | streaming-commands.security.jwt.jwks",
        "edge.auth = [password] | none of certificate, jwt, token",
        "edge.tls.certificate = a.pem | tls.certificate and tls.key need each other",
        "edge.tls { certificate = none.pem, key = none.key } | none.pem: cannot be read",
        "services.bots.auth = [jwt] | streaming-commands.edge.auth",
        "services.bots.certificate-name = robots | services.bots.certificate-name",
        "security.certificate-name = 'CN:{client}' | security.certificate-name",
        "security.principals.ci.roles = [x] | security.principals.ci",
        "edge.port = 7500 | both are 7500",
        "metrics { enabled = on, port = 7400 } | streaming-commands.edge.port and streaming-commands.metrics.port",
        "management.enabled = on, pekko.management.http.port = 7500 | pekko.management.http.port",
        "edge.port = 7600, pekko.remote.artery.canonical.port = 7600 | artery.canonical.port",
        "api { host = 0.0.0.0, port = 7400 }, streaming-commands.security.insecure = on | both are 7400",
        "management.bootstrap = on | streaming-commands.management.bootstrap needs",
        "drain.window = 25 s | before-service-unbind.timeout",
        "connection.queue-bytes = 1 MiB | streaming-commands.connection.max-command-size",
        "connection.ping-timeout = 1 s | streaming-commands.connection.ping-timeout",
        "services.bots.max-clients = 200000 | admission.max-connections",
        "services.bots.descriptor-sets = [none.binpb] | services.bots.descriptor-sets: cannot read none.binpb",
        "services.bots.descriptor-sets = 7 | services.bots.descriptor-sets",
        "admission { max-connections = 10, accept-rate = 20 } | admission.accept-rate",
        "admission.accept-burst = 0 | streaming-commands.admission.accept-burst",
        "security.limits.max-rate = -1 | security.limits.max-rate",
        "pekko.remote.artery.advanced.maximum-frame-size = 1 MiB | artery.advanced.maximum-frame-size",
        "edge.max-frame-size = 1 MiB | must be below edge.max-frame-size",
        "services.bots.max-command-size = 8 MiB | services.bots.max-command-size",
        "client.tls.ca = ca.pem | client.tls",
        "client.max-command-size = 8 MiB | client.max-command-size",
        "api.max-timeout = 1 s | streaming-commands.api.max-timeout",
        "callback-dispatcher.throughptu = 1 | streaming-commands.callback-dispatcher.throughptu: there is no",
        "callback-dispatcher.thread-pool-executor.fixed-pool-szie = 1 | fixed-pool-szie: there is no such key",
        "entity-dispatcher.fork-join-executor.parallelism-mx = 1 | parallelism-mx: there is no such key",
        "pekko.cluster.split-brain-resolver.stable-aftre = 2 s | pekko.cluster.split-brain-resolver.stable-aftre: there is no",
        "pekko.remote.artery.canonical.prot = 1 | pekko.remote.artery.canonical.prot: there is no such key",
        "pekko.management.http.prot = 1 | pekko.management.http.prot: there is no such key",
        "pekko.http.server.idle-timout = 1 s | pekko.http.server.idle-timout: there is no such key"
      })
  void whatIsWrongIsNamed(String key, String said) {
    assertThat(ConfigCheck.problems(config(key.replace("'", "\""))))
        .anyMatch(line -> line.contains(said));
  }

  @Test
  void aServiceMayHaveEveryKeyThatTheReferenceNames() throws Exception {
    Path types = Files.write(directory.resolve("bots.binpb"), descriptors());
    assertThat(
            ConfigCheck.problems(
                config(
                    """
                    services.bots {
                      queue-size = 7, max-clients = 5, max-frame-rate = 9, types = ["acme.v1.Go"]
                      certificate-name = "CN:{client}", descriptor-sets = ["%s"]
                    }"""
                        .formatted(types))))
        .isEmpty();
  }

  @Test
  void aDispatcherMayHaveEveryKeyThatPekkoReadsAndPekkoNamesOfOnesOwn() {
    assertThat(
            ConfigCheck.problems(
                config(
                    """
                    callback-dispatcher { executor = fork-join-executor, throughput = 2 }
                    streaming-commands.callback-dispatcher.fork-join-executor.parallelism-max = 4
                    streaming-commands.entity-dispatcher.thread-pool-executor.fixed-pool-size = 4
                    pekko.cluster.role.node.min-nr-of-members = 2
                    pekko.actor.my-dispatcher.type = Dispatcher
                    pekko.remote.artery.canonical { port = 7600 }""")))
        .isEmpty();
  }

  private static byte[] descriptors() {
    return FileDescriptorSet.newBuilder()
        .addFile(StringValue.getDescriptor().getFile().toProto())
        .build()
        .toByteArray();
  }

  @Test
  void aMistypedSystemPropertyIsNamedToo() {
    System.setProperty("streaming-commands.edge.prot", "1");
    ConfigFactory.invalidateCaches();
    try {
      assertThat(ConfigCheck.problems(StreamingNode.config(Optional.empty())))
          .singleElement()
          .asString()
          .contains("streaming-commands.edge.prot");
    } finally {
      System.clearProperty("streaming-commands.edge.prot");
      ConfigFactory.invalidateCaches();
    }
  }

  @Test
  void aListMayBeGivenByNumbersAsSystemPropertiesDo() {
    assertThat(ConfigCheck.problems(config("edge.auth { 0 = token }")))
        .noneMatch(problem -> problem.contains("there is no such key"));
    assertThat(ConfigCheck.problems(config("edge.auth { first = token }")))
        .anyMatch(problem -> problem.startsWith("streaming-commands.edge.auth.first: there is no"));
  }

  @Test
  void whatIsUnknownHidesNothingElse() {
    assertThat(ConfigCheck.problems(config("edge { prot = 1, port = 7500 }"))).hasSize(2);
  }

  @Test
  void aSectionThatNobodyReadsIsNamed() {
    Config typo =
        ConfigFactory.parseString("streaming-comands.edge.port = 1, address-of-mine = \"10.0.0.1\"")
            .withFallback(StreamingNode.config(Optional.empty()));
    assertThat(ConfigCheck.problems(typo))
        .singleElement()
        .asString()
        .startsWith("streaming-comands: there is no such section");
  }

  @Test
  void allThatIsUnknownIsNamedAtOnceWithItsPlace() {
    assertThat(ConfigCheck.problems(config("edge.prot = 1\nstreaming-commands.api.hots = x")))
        .hasSize(2)
        .allMatch(line -> line.contains("String: "));
  }

  @Test
  void nodesDoNotSpeakInTheClearBeyondThisMachine() {
    Config open =
        ConfigFactory.parseString("pekko.remote.artery.canonical.hostname = \"0.0.0.0\"")
            .withFallback(StreamingNode.config(Optional.empty()));
    assertThat(ConfigCheck.problems(open))
        .singleElement()
        .asString()
        .contains("conf/cluster-tls.conf", "tls-tcp", "insecure = on");
    assertThatThrownBy(() -> StreamingNode.start(open))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("tls-tcp");
    Config withTls =
        ConfigFactory.parseFile(Path.of("conf/cluster-tls.conf").toFile())
            .withFallback(open)
            .resolve();
    assertThat(ConfigCheck.problems(withTls)).isEmpty();
  }

  @Test
  void secretsAreMasked() {
    Config config =
        config(
            "security.principals.ci { token = \"%s\", roles = [] }\nservices.tokens { queue-size = 7 }"
                .formatted(TOKEN));
    for (boolean json : new boolean[] {true, false}) {
      assertThat(EffectiveConfig.render(config, json))
          .contains("***", "ci", "queue-size", "seed-nodes")
          .doesNotContain(TOKEN);
    }
  }

  private static Config config(String keys) {
    return ConfigFactory.parseString((keys.startsWith("pekko") ? "" : "streaming-commands.") + keys)
        .withFallback(StreamingNode.config(Optional.empty()))
        .resolve();
  }
}
