package org.streamingcommands.ops;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.streamingcommands.command.Reason;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.connection.SendCounts;
import org.streamingcommands.connection.Sender;

/**
 * What a node counts, for any Micrometer registry. Read when the registry asks and never before, so
 * that it costs sends nothing. No client id is a tag of anything. The histograms of durations are
 * {@link NodeHistograms}'.
 */
public final class NodeMetrics implements MeterBinder {
  private static final String PREFIX = "streamingcommands.";

  private final Connections connections;

  public NodeMetrics(Connections connections) {
    this.connections = connections;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Counters counters = connections.counters();
    gauge(registry, "streams", "Streams that this node holds.", c -> c.openStreams());
    gauge(
        registry, "clients", "Connected clients of this node's entities.", c -> c.load().clients());
    gauge(registry, "queued", "Commands that wait to be written.", c -> c.load().queued());
    gauge(
        registry,
        "in.flight",
        "Commands that were written and have no outcome.",
        c -> c.load().inFlight());
    gauge(registry, "draining", "1 while the node stops.", c -> c.isDraining() ? 1 : 0);
    gauge(
        registry,
        "members.unreachable",
        "Nodes of the cluster that this one does not hear of.",
        c -> c.members().stream().filter(member -> !member.reachable()).count());
    gauge(
        registry,
        "trunks",
        "Other nodes that this one speaks to over a trunk, and not by remoting alone.",
        Connections::trunks);
    count(registry, "attaches", "Streams that became a connection.", counters.attached);
    count(registry, "detaches", "Connections that ended.", counters.detached);
    count(registry, "replaced", "Connections that a newer one replaced.", counters.replaced);
    count(registry, "rejected", "Streams that ended with an error.", counters.rejected);
    count(
        registry, "overloaded", "Streams told to come again, too many came.", counters.overloaded);
    count(registry, "silent", "Connections closed because nothing was heard.", counters.silent);
    count(registry, "fenced", "Frames of an older epoch, dropped.", counters.fenced);
    count(registry, "held.back", "Frames of clients over their rate.", counters.heldBack);
    count(registry, "deliveries.unwritten", "Commands not written to streams.", counters.unwritten);
    count(registry, "results.late", "Results after their command ended.", counters.lateResults);
    count(registry, "results.unknown", "Results nobody waits for.", counters.unknownResults);
    count(registry, "redeliveries", "Commands written once more.", counters.redelivered);
    count(registry, "sends.abandoned", "Sends that their caller gave up.", counters.abandoned);
    count(registry, "sends.repeated", "Sends asked of another node.", counters.askedAgain);
    count(registry, "sends.early", "Sends that waited for one before them.", counters.early);
    count(registry, "sends.reminded", "Sends said again near their deadline.", counters.reminded);
    count(registry, "sends.unanswered", "Sends without an answer.", counters.unanswered);
    count(registry, "credits", "How often a stream said it takes more.", counters.credits);
    count(registry, "stalls", "How often a stream took no more.", counters.stalls);
    count(registry, "handovers", "Commands given away.", counters.handedOver, "direction", "out");
    count(registry, "handovers", "Commands taken over.", counters.inherited, "direction", "in");
    count(registry, "bytes", "Bytes of commands.", counters.bytesSent, "direction", "sent");
    count(registry, "bytes", "Bytes of results.", counters.bytesReceived, "direction", "received");
    for (Refusal.Listener listener : Refusal.Listener.values()) {
      for (Refusal why : Refusal.values()) {
        refused(registry, listener, why, counters.refused(listener, why));
      }
    }
    for (Sender.Mode mode : Sender.Mode.values()) {
      sends(registry, mode.name().toLowerCase(Locale.ROOT), counters.sends(mode));
    }
  }

  private static void refused(
      MeterRegistry registry, Refusal.Listener listener, Refusal why, LongAdder adder) {
    count(
        registry,
        "refused",
        "Calls, streams and sends turned away.",
        adder,
        "listener",
        listener.name().toLowerCase(Locale.ROOT),
        "why",
        why.name().toLowerCase(Locale.ROOT));
  }

  private static void sends(MeterRegistry registry, String mode, SendCounts counts) {
    send(registry, mode, "completed", "", counts.completed);
    send(registry, mode, "failed", "", counts.failed);
    send(registry, mode, "cancelled", "", counts.cancelled);
    for (Reason reason : Reason.values()) {
      send(
          registry,
          mode,
          "undelivered",
          reason.name().toLowerCase(Locale.ROOT),
          counts.undelivered(reason));
    }
  }

  private static void send(
      MeterRegistry registry, String mode, String outcome, String reason, LongAdder adder) {
    count(
        registry,
        "sends",
        "Sends of this node's senders that ended.",
        adder,
        "mode",
        mode,
        "outcome",
        outcome,
        "reason",
        reason);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      java.util.function.ToDoubleFunction<Connections> value) {
    Gauge.builder(PREFIX + name, connections, value).description(description).register(registry);
  }

  private static void count(
      MeterRegistry registry, String name, String description, LongAdder adder, String... tags) {
    FunctionCounter.builder(PREFIX + name, adder, LongAdder::sum)
        .description(description)
        .tags(Tags.of(tags))
        .register(registry);
  }
}
