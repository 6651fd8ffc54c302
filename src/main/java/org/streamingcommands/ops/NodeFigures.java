package org.streamingcommands.ops;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.Connections;

/**
 * All figures of a node as Prometheus reads them, whichever listener it reads them from.
 * Thread-safe.
 */
public final class NodeFigures implements AutoCloseable {
  /** What {@link #scrape} is written in. */
  public static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final @Nullable JvmGcMetrics gc;

  /**
   * @param ofJvm whether heap, threads, processor and garbage collection are among them
   */
  public NodeFigures(Connections connections, boolean ofJvm) {
    registry.config().commonTags("node", connections.node());
    new NodeMetrics(connections).bindTo(registry);
    registry
        .getPrometheusRegistry()
        .register(new NodeHistograms(connections.node(), connections.counters()));
    this.gc = ofJvm ? bindJvm() : null;
  }

  private JvmGcMetrics bindJvm() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    JvmGcMetrics collections = new JvmGcMetrics();
    collections.bindTo(registry);
    return collections;
  }

  /** What they are now, in {@link #FORMAT}. */
  public String scrape() {
    return registry.scrape(FORMAT);
  }

  @Override
  public void close() {
    if (gc != null) {
      gc.close();
    }
    registry.close();
  }
}
