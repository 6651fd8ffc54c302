package org.streamingcommands.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A node's figures at {@code /metrics} on a listener of their own, for nodes without a management
 * listener. The JDK's server does: one reader every few seconds. Listens from {@link #start} until
 * {@link #stop}.
 */
public final class MetricsServer {
  private final HttpServer server;
  private final NodeFigures figures;

  private MetricsServer(HttpServer server, NodeFigures figures) {
    this.server = server;
    this.figures = figures;
  }

  /**
   * @throws IOException where the address cannot be bound
   */
  public static MetricsServer start(MetricsSettings settings, NodeFigures figures)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(settings.host(), settings.port()), 0);
    MetricsServer metrics = new MetricsServer(server, figures);
    server.createContext("/metrics", metrics::answer);
    server.start();
    return metrics;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals("/metrics")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] body = figures.scrape().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", NodeFigures.FORMAT);
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

  /** Stops listening; the figures stay. */
  public void stop() {
    server.stop(0);
  }
}
