package org.streamingcommands.connection;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether this node takes a client in that says hello, and counts those that are here.
 * Thread-safe, and never waits: it is asked under a session's lock.
 */
final class Reception {
  private final ServiceCatalog services;
  private final Admission admission;
  private final SendGate gate;
  private final AtomicBoolean draining;
  private final Counters counters;

  Reception(
      ServiceCatalog services,
      Admission admission,
      SendGate gate,
      AtomicBoolean draining,
      Counters counters) {
    this.services = services;
    this.admission = admission;
    this.gate = gate;
    this.draining = draining;
    this.counters = counters;
  }

  /**
   * Takes a client in, until it {@link #left}, or says why not.
   *
   * @param service what it asks for; null where that is not on this node
   * @return null where it was taken in
   */
  @Nullable LastWord enter(Hello hello, ServiceCatalog.@Nullable Entry service) {
    if (draining.get()) {
      return Goodbye.of(Goodbye.Cause.DRAINING, "the node is stopping");
    }
    String cutOff = gate.cutOff();
    if (cutOff != null) {
      return new Rejection(Rejection.Kind.UNAVAILABLE, cutOff);
    }
    if (service == null) {
      return new Rejection(
          Rejection.Kind.UNKNOWN_SERVICE,
          "service: '%s' is not registered on this node".formatted(hello.client().service()));
    }
    Optional<String> problem = hello.problem(service.settings());
    if (problem.isPresent()) {
      return new Rejection(Rejection.Kind.INVALID, problem.get());
    }
    Goodbye overloaded = admission.enter();
    if (overloaded != null) {
      counters.overloaded.increment();
      return overloaded;
    }
    if (!services.enter(service)) {
      admission.left();
      return new Rejection(
          Rejection.Kind.TOO_MANY,
          "service: '%s' has as many clients on this node as it may, %d"
              .formatted(service.name(), service.settings().maxClients()));
    }
    return null;
  }

  /** A client that was taken in is gone. */
  void left(String service) {
    admission.left();
    services.leave(service);
  }
}
