package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Names;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/** Turns away what can be sent to no client at all from this node. Thread-safe. */
final class SendGate {
  private final ServiceCatalog services;
  private final AtomicBoolean draining;
  private final EntityRegion region;
  private volatile @Nullable String cutOff;

  /**
   * @param draining whether this node stops: commands are taken in as long as another can take its
   *     entities over
   */
  SendGate(ServiceCatalog services, AtomicBoolean draining, EntityRegion region) {
    this.services = services;
    this.draining = draining;
    this.region = region;
  }

  /** Why this node is cut off from its cluster; null where it is not. */
  @Nullable String cutOff() {
    return cutOff;
  }

  void cutOff(@Nullable String why) {
    cutOff = why;
  }

  Outcome.@Nullable Undelivered<Any> refusal(String service, Command command) {
    if (!services.knows(service)) {
      return refused(Reason.UNKNOWN_SERVICE, "service: '%s' is not registered".formatted(service));
    }
    String problem = problemWith(command);
    if (problem != null) {
      return refused(Reason.INVALID_COMMAND, problem);
    }
    ServiceCatalog.Entry here = services.find(service);
    if (here != null && !here.settings().takes(command.payload().getTypeUrl())) {
      return refused(
          Reason.INVALID_COMMAND,
          "payload.type_url: the clients of '%s' do not take this type".formatted(service));
    }
    Outcome.Undelivered<Any> withoutMajority = withoutMajority();
    if (withoutMajority != null) {
      return withoutMajority;
    }
    return draining.get() && !region.routesElsewhere()
        ? refused(Reason.SHUTTING_DOWN, "the node is stopping")
        : null;
  }

  /** What is told where this node is cut off; null where it is not. */
  Outcome.@Nullable Undelivered<Any> withoutMajority() {
    String why = cutOff;
    return why == null ? null : refused(Reason.NO_MAJORITY, why);
  }

  private static Outcome.Undelivered<Any> refused(Reason reason, String message) {
    return new Outcome.Undelivered<>(reason, Certainty.NOT_SENT, message);
  }

  private static @Nullable String problemWith(Command command) {
    String id = Names.problemWithCommandId(command.id()).orElse(null);
    if (id != null) {
      return id;
    }
    if (!command.headers().isEmpty()) {
      String headers = Names.problemWithLabels("headers", command.headers()).orElse(null);
      if (headers != null) {
        return headers;
      }
    }
    String key =
        Names.problemWithText("coalescing_key", command.coalescingKey(), 0, Names.MAX_LABEL_VALUE)
            .orElse(null);
    if (key != null) {
      return key;
    }
    return Names.problemWithTypeUrl("payload.type_url", command.payload().getTypeUrl())
        .orElse(null);
  }
}
