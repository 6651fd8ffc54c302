package org.streamingcommands.client;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges of one set of links that have not ended, and the bounds on them. Thread-safe.
 *
 * <p>A closed table admits nothing, so that closing a link and sending through it cannot cross.
 */
final class ExchangeTable {
  enum Admission {
    ADMITTED,
    FULL,
    CLOSED
  }

  /** Far enough below zero that no number of late callers counts back up to it. */
  private static final int CLOSED = Integer.MIN_VALUE / 2;

  private final ConcurrentHashMap<Long, Exchange> exchanges = new ConcurrentHashMap<>();
  private final AtomicLong correlationIds = new AtomicLong();
  private final AtomicInteger admitted = new AtomicInteger();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final int maxInFlight;
  private final long maxBytes;
  private final Consumer<Exchange> onRelease;

  ExchangeTable(int maxInFlight, long maxBytes, Consumer<Exchange> onRelease) {
    this.maxInFlight = maxInFlight;
    this.maxBytes = maxBytes;
    this.onRelease = onRelease;
  }

  /** Grows with every exchange, so it also is their order. */
  long nextCorrelationId() {
    return correlationIds.incrementAndGet();
  }

  /** How many exchanges were ever made. */
  long made() {
    return correlationIds.get();
  }

  Admission admit(Exchange exchange) {
    int place = admitted.incrementAndGet();
    if (place <= 0) {
      admitted.decrementAndGet();
      return Admission.CLOSED;
    }
    // As many may wait as may be in flight.
    if (place > 2L * maxInFlight || bytes.addAndGet(exchange.size()) > maxBytes) {
      if (place <= 2L * maxInFlight) {
        bytes.addAndGet(-exchange.size());
      }
      admitted.decrementAndGet();
      return Admission.FULL;
    }
    exchanges.put(exchange.correlationId(), exchange);
    return Admission.ADMITTED;
  }

  /**
   * Keeps the table from being closed as empty, for what is no exchange.
   *
   * @return false where it is closed
   */
  boolean hold() {
    if (admitted.incrementAndGet() > 0) {
      return true;
    }
    admitted.decrementAndGet();
    return false;
  }

  void letGo() {
    admitted.decrementAndGet();
  }

  void release(Exchange exchange, boolean written) {
    exchanges.remove(exchange.correlationId());
    bytes.addAndGet(-exchange.size());
    if (written) {
      inFlight.decrementAndGet();
    }
    admitted.decrementAndGet();
    onRelease.accept(exchange);
  }

  @Nullable Exchange get(long correlationId) {
    return exchanges.get(correlationId);
  }

  Collection<Exchange> all() {
    return Collections.unmodifiableCollection(exchanges.values());
  }

  /** Those that were handed to this stream last, in the order in which they were sent. */
  List<Exchange> written(long stream) {
    return exchanges.values().stream()
        .filter(exchange -> exchange.isOn(stream))
        .sorted(Comparator.comparingLong(Exchange::correlationId))
        .toList();
  }

  void countWritten() {
    inFlight.incrementAndGet();
  }

  /** It counts as waiting again. */
  void countUnwritten() {
    inFlight.decrementAndGet();
  }

  boolean hasRoomInFlight() {
    return inFlight.get() < maxInFlight;
  }

  boolean isEmpty() {
    int count = admitted.get();
    return count == 0 || count == CLOSED;
  }

  boolean isClosed() {
    return admitted.get() < 0;
  }

  /** Closes it unless something is in it. */
  boolean closeIfEmpty() {
    return admitted.compareAndSet(0, CLOSED);
  }

  /** Closes it; what is in it stays until it is released. */
  void close() {
    admitted.updateAndGet(count -> count < 0 ? count : count + CLOSED);
  }
}
