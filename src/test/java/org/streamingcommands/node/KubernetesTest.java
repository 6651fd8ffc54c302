package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.Main;

/** `serve --config conf/kubernetes.conf` in processes that take this test for Kubernetes. */
@Timeout(240)
class KubernetesTest {
  private static final List<String> PODS = List.of("127.0.0.2", "127.0.0.3");

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void kill() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void podsThatTheApiListsFormAClusterAndOneThatIsTerminatedLeavesIt(@TempDir Path account)
      throws Exception {
    int port = freePort();
    try (FakeKubernetes kubernetes = new FakeKubernetes(account, PODS, port)) {
      List<CompletableFuture<Void>> ready = new ArrayList<>();
      for (String pod : PODS) {
        ready.add(ready(start(kubernetes, pod, port)));
      }
      for (CompletableFuture<Void> each : ready) {
        each.get();
      }
      for (String pod : PODS) {
        assertThat(get(pod, port, "/cluster/members").body())
            .contains(PODS)
            .doesNotContain("Joining");
        assertThat(get(pod, port, "/ready").statusCode()).isEqualTo(200);
      }
      Process terminated = processes.get(0);
      terminated.destroy();
      assertThat(terminated.waitFor(120, TimeUnit.SECONDS)).isTrue();
      // 128 + SIGTERM: the stop went through and the JVM did what it was told.
      assertThat(terminated.exitValue()).isEqualTo(143);
      assertThat(get(PODS.get(1), port, "/cluster/members").body())
          .contains("\"unreachable\":[]")
          .doesNotContain("\"status\":\"Down\"");
    }
  }

  private Process start(FakeKubernetes kubernetes, String pod, int port) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.addAll(kubernetes.flags());
    // Pods have their ports to themselves; these have not.
    command.add("-Dpekko.management.http.port=" + port);
    command.add("-Dpekko.remote.artery.canonical.port=0");
    command.add("-Dstreaming-commands.metrics.port=0");
    // What TLS does has tests of its own, and these listen on loopback.
    command.add("-Dpekko.remote.artery.transport=tcp");
    command.add("-Dstreaming-commands.edge.tls.certificate=");
    command.add("-Dstreaming-commands.edge.tls.key=");
    command.add("-Dstreaming-commands.edge.tls.client-ca=");
    command.add("-Dstreaming-commands.edge.auth.0=token");
    command.add("-Dstreaming-commands.api.tls.certificate=");
    command.add("-Dstreaming-commands.api.tls.key=");
    command.add("-Dstreaming-commands.edge.host=" + pod);
    command.add("-Dstreaming-commands.edge.port=0");
    command.add("-Dstreaming-commands.api.host=" + pod);
    command.add("-Dstreaming-commands.api.port=0");
    command.addAll(List.of("-cp", classPath(), Main.class.getName()));
    command.addAll(List.of("serve", "--config", "conf/kubernetes.conf"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("POD_IP", pod);
    builder.environment().put("APP_VERSION", "1.2.3");
    builder.environment().put("KUBERNETES_SERVICE_HOST", "127.0.0.1");
    builder.environment().put("KUBERNETES_SERVICE_PORT", String.valueOf(kubernetes.port()));
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  /** Reads on after that, or the process would wait for its reader. */
  private static CompletableFuture<Void> ready(Process process) {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              StringBuilder said = new StringBuilder();
              try (BufferedReader lines = process.inputReader();
                  Stream<String> all = lines.lines()) {
                all.forEach(
                    line -> {
                      said.append(line).append('\n');
                      if (line.startsWith("Ready")) {
                        ready.complete(null);
                      }
                    });
              } catch (IOException | UncheckedIOException e) {
                said.append(e);
              }
              ready.completeExceptionally(new AssertionError("it ended early: " + said));
            },
            "pod-output");
    reader.setDaemon(true);
    reader.start();
    return ready;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(PODS.get(0)))) {
      return socket.getLocalPort();
    }
  }

  private HttpResponse<String> get(String pod, int port, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://%s:%d%s".formatted(pod, port, path))).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** The test runner may start its JVM with a jar that only points to the real class path. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
