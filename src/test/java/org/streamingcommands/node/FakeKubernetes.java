package org.streamingcommands.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * What a pod sees of Kubernetes: a service account in a folder, and an API over TLS that lists the
 * pods of an app to whoever has the account's token.
 */
final class FakeKubernetes implements AutoCloseable {
  private static final String PASSWORD = "changeit";
  private static final String TOKEN = "token-of-the-account";
  private static final String NAMESPACE = "fleet";

  private final Path account;
  private final HttpsServer api;
  private final List<String> pods;
  private final int managementPort;

  /**
   * @param account an empty folder
   * @param pods their addresses
   */
  FakeKubernetes(Path account, List<String> pods, int managementPort) throws Exception {
    this.account = account;
    this.pods = pods;
    this.managementPort = managementPort;
    Path store = account.resolve("store.p12");
    String from =
        "-storetype PKCS12 -storepass %s -alias ca -keystore %s".formatted(PASSWORD, store);
    keytool("-genkeypair -keyalg RSA -dname CN=api -ext SAN=ip:127.0.0.1 " + from);
    keytool("-exportcert -rfc -file " + certificate() + " " + from);
    Files.writeString(account.resolve("token"), TOKEN);
    Files.writeString(account.resolve("namespace"), NAMESPACE);
    api = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.setHttpsConfigurator(new HttpsConfigurator(context(store)));
    api.createContext("/", this::answer);
    api.start();
  }

  /** The authority that the API's certificate is of. */
  Path certificate() {
    return account.resolve("ca.crt");
  }

  int port() {
    return api.getAddress().getPort();
  }

  /** The flags of a JVM that is to take the folder for a pod's. */
  List<String> flags() {
    String discovery = "-Dpekko.discovery.kubernetes-api.";
    return List.of(
        discovery + "api-ca-path=" + certificate(),
        discovery + "api-token-path=" + account.resolve("token"),
        discovery + "pod-namespace-path=" + account.resolve("namespace"));
  }

  private static SSLContext context(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream bytes = Files.newInputStream(store)) {
      keys.load(bytes, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private void answer(HttpExchange call) {
    boolean isPods =
        call.getRequestURI().getPath().equals("/api/v1/namespaces/" + NAMESPACE + "/pods")
            && "labelSelector=app=streaming-commands".equals(call.getRequestURI().getQuery());
    boolean isKnown =
        ("Bearer " + TOKEN).equals(call.getRequestHeaders().getFirst("Authorization"));
    byte[] body = podList().getBytes(StandardCharsets.UTF_8);
    try (call) {
      call.getResponseHeaders().set("Content-Type", "application/json");
      if (isPods && isKnown) {
        call.sendResponseHeaders(200, body.length);
        call.getResponseBody().write(body);
      } else {
        call.sendResponseHeaders(isPods ? 403 : 404, -1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String podList() {
    return pods.stream()
        .map(
            pod ->
                """
                {"metadata": {"name": "pod", "labels": {"app": "streaming-commands"}},
                 "spec": {"containers": [{"name": "node", "ports": [
                   {"name": "management", "containerPort": %d, "protocol": "TCP"}]}]},
                 "status": {"podIP": "%s", "phase": "Running", "containerStatuses": [
                   {"name": "node", "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]}}
                """
                    .formatted(managementPort, pod))
        .collect(Collectors.joining(",", "{\"kind\": \"PodList\", \"items\": [", "]}"));
  }

  private static void keytool(String arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ")));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError("keytool did not work: " + arguments);
    }
  }

  @Override
  public void close() {
    api.stop(0);
  }
}
