package org.streamingcommands.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.Connections;

/**
 * A node's figures at {@code /metrics}, as Prometheus reads them, on a listener of their own. The
 * JDK's server does: one reader every few seconds. Listens from {@link #start} until {@link #stop}.
 */
public final class MetricsServer {
  private static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;
  private final PrometheusMeterRegistry registry;
  private final @Nullable JvmGcMetrics gc;

  private MetricsServer(
      HttpServer server, PrometheusMeterRegistry registry, @Nullable JvmGcMetrics gc) {
    this.server = server;
    this.registry = registry;
    this.gc = gc;
  }

  /**
   * @throws IOException where the address cannot be bound
   */
  public static MetricsServer start(MetricsSettings settings, Connections connections)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(settings.host(), settings.port()), 0);
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.config().commonTags("node", connections.node());
    new NodeMetrics(connections).bindTo(registry);
    registry
        .getPrometheusRegistry()
        .register(new NodeHistograms(connections.node(), connections.counters()));
    MetricsServer metrics =
        new MetricsServer(server, registry, settings.jvm() ? bindJvm(registry) : null);
    server.createContext("/metrics", metrics::answer);
    server.start();
    return metrics;
  }

  private static JvmGcMetrics bindJvm(PrometheusMeterRegistry registry) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    JvmGcMetrics gc = new JvmGcMetrics();
    gc.bindTo(registry);
    return gc;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals("/metrics")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] body = registry.scrape(FORMAT).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", FORMAT);
      exchange.sendResponseHeaders(200, body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  /** Where it listens, with the real port. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  public void stop() {
    server.stop(0);
    if (gc != null) {
      gc.close();
    }
    registry.close();
  }
}
