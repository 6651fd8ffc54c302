package org.streamingcommands.bench;

import com.hivemq.embedded.EmbeddedHiveMQ;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** HiveMQ CE as it comes, on loopback, keeping nothing on disk. */
public final class MqttBrokerRole implements Role {
  @Override
  public String name() {
    return "mqtt-broker";
  }

  @Override
  public Worker start(String[] arguments, Line ready) throws Exception {
    int port = freePort();
    Path home = Files.createTempDirectory("bench-hivemq");
    Path conf = Files.createDirectory(home.resolve("conf"));
    Files.writeString(conf.resolve("config.xml"), config(port), StandardCharsets.UTF_8);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(home), "delete-hivemq"));
    EmbeddedHiveMQ broker =
        EmbeddedHiveMQ.builder()
            .withConfigurationFolder(conf)
            .withDataFolder(Files.createDirectory(home.resolve("data")))
            .withExtensionsFolder(Files.createDirectory(home.resolve("extensions")))
            .build();
    broker.start().join();
    ready.with("edge", "127.0.0.1:" + port);
    return order -> {
      throw new IllegalArgumentException("no such order: " + order.word());
    };
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String config(int port) {
    return """
        <?xml version="1.0"?>
        <hivemq>
          <listeners>
            <tcp-listener>
              <port>%d</port>
              <bind-address>127.0.0.1</bind-address>
            </tcp-listener>
          </listeners>
          <persistence><mode>in-memory</mode></persistence>
          <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
        </hivemq>
        """
        .formatted(port);
  }

  private static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (java.io.IOException e) {
      System.err.println("bench: " + folder + " stays: " + e);
    }
  }
}
