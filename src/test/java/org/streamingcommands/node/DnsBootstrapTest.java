package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.support.TestNode;

/** Nodes find each other by names, as the README's table of discoveries says. */
@Timeout(180)
class DnsBootstrapTest {
  private static final String NAME = "nodes.example.test";

  private final ScriptedDns dns;
  private final int port = freePort();

  DnsBootstrapTest() throws SocketException {
    dns = new ScriptedDns();
  }

  @AfterEach
  void close() {
    dns.close();
  }

  @Test
  void nodesThatANameStandsForFormACluster() throws Exception {
    dns.address(NAME, "127.0.0.2", "127.0.0.3");
    assertOneCluster("");
    assertThat(dns.wasAsked(NAME)).isTrue();
  }

  /**
   * The targets are dialled by their names, and of those the JVM asks its own name servers: only
   * names that are addresses need none.
   */
  @Test
  void nodesOfAServiceRecordFormACluster() throws Exception {
    dns.service(
            "_management._tcp." + NAME,
            new ScriptedDns.Service("127.0.0.2", port),
            new ScriptedDns.Service("127.0.0.3", port))
        .address("127.0.0.2", "127.0.0.2")
        .address("127.0.0.3", "127.0.0.3");
    assertOneCluster("port-name = management");
    assertThat(dns.wasAsked("_management._tcp." + NAME)).isTrue();
  }

  /** Nodes on addresses of their own, so that they can share a port number. */
  private void assertOneCluster(String more) throws Exception {
    List<CompletableFuture<StreamingNode>> starting = new ArrayList<>();
    for (String host : List.of("127.0.0.2", "127.0.0.3")) {
      Config config = config(host, more);
      starting.add(CompletableFuture.supplyAsync(() -> StreamingNode.start(config)));
    }
    try (StreamingNode one = starting.get(0).get();
        StreamingNode two = starting.get(1).get()) {
      TestProbe.create(one.system())
          .awaitAssert(
              TestNode.PATIENCE,
              () -> {
                for (StreamingNode node : List.of(one, two)) {
                  assertThat(Cluster.get(node.system()).state().getMembers())
                      .hasSize(2)
                      .allMatch(member -> member.status() == MemberStatus.up());
                }
                return null;
              });
    }
  }

  private Config config(String host, String more) {
    return ConfigFactory.parseString(
            """
            streaming-commands.management { enabled = on, bootstrap = on }
            pekko.discovery.method = pekko-dns
            pekko.io.dns.async-dns { nameservers = ["%4$s"], search-domains = [], ndots = 1 }
            pekko.remote.artery.canonical.hostname = "%1$s"
            pekko.management.http { hostname = "%1$s", port = %2$d }
            pekko.management.cluster.bootstrap.contact-point-discovery {
              service-name = "%3$s"
              stable-margin = 200 ms
              %5$s
            }
            """
                .formatted(host, port, NAME, dns.nameserver(), more))
        .withFallback(TestNode.config("services.bots {}"));
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
