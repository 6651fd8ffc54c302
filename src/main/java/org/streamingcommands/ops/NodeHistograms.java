package org.streamingcommands.ops;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Locale;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Histogram;
import org.streamingcommands.connection.Sender;

/**
 * How long sends and receipts took, as Prometheus histograms. Micrometer has no way to hand over
 * buckets that are counted already, so these go to its Prometheus registry directly.
 */
public final class NodeHistograms implements MultiCollector {
  private final String node;
  private final Counters counters;

  public NodeHistograms(String node, Counters counters) {
    this.node = node;
    this.counters = counters;
  }

  @Override
  public MetricSnapshots collect() {
    HistogramSnapshot.Builder sends =
        HistogramSnapshot.builder()
            .name("streamingcommands_send_duration_seconds")
            .help("From a send to its one end, however it ended.");
    for (Sender.Mode mode : Sender.Mode.values()) {
      sends.dataPoint(point(counters.sends(mode).duration, "mode", mode.name()));
    }
    HistogramSnapshot.Builder receipts =
        HistogramSnapshot.builder()
            .name("streamingcommands_receipt_duration_seconds")
            .help("From a command's arrival at its client's entity to a receipt.");
    for (Receipt receipt : Receipt.values()) {
      receipts.dataPoint(point(counters.receipts(receipt), "receipt", receipt.name()));
    }
    HistogramSnapshot handOvers =
        HistogramSnapshot.builder()
            .name("streamingcommands_hand_over_duration_seconds")
            .help("From word that a stream's entity is gone until the next one took it in.")
            .dataPoint(point(counters.handOvers, Labels.of("node", node)))
            .build();
    return MetricSnapshots.of(sends.build(), receipts.build(), handOvers);
  }

  private HistogramSnapshot.HistogramDataPointSnapshot point(
      Histogram histogram, String label, String value) {
    return point(histogram, Labels.of("node", node, label, value.toLowerCase(Locale.ROOT)));
  }

  private static HistogramSnapshot.HistogramDataPointSnapshot point(
      Histogram histogram, Labels labels) {
    double[] bounds = Histogram.boundsSeconds();
    long[] counts = histogram.counts();
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int i = 0; i < counts.length; i++) {
      buckets.bucket(i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY, counts[i]);
    }
    return HistogramSnapshot.HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(buckets.build())
        .sum(histogram.sumSeconds())
        .build();
  }
}
