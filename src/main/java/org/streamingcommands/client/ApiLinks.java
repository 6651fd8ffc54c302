package org.streamingcommands.client;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Reason;
import org.streamingcommands.grpc.v1.DispatchResponse;

/**
 * The ways to the api addresses of one group of settings: a link for each. Every client has one of
 * them for its home, so that its commands keep their order and the nodes share the load. Lives
 * until it was idle for idle-timeout. Thread-safe.
 */
final class ApiLinks {
  /**
   * Whether any link has a stream.
   *
   * @param open whether one has
   * @param since when that became so, in terms of {@link System#nanoTime}
   * @param trouble how the last stream ended; empty before that
   */
  record Reach(boolean open, long since, String trouble) {}

  private final CommandClientSettings settings;
  private final Consumer<ApiLinks> onClosed;
  private final ExchangeTable table;
  private final List<ApiLink> links;
  private final AtomicLong streams = new AtomicLong();
  private volatile Reach reach = new Reach(false, System.nanoTime(), "");

  ApiLinks(CommandClientSettings settings, Consumer<ApiLinks> onClosed) {
    this.settings = settings;
    this.onClosed = onClosed;
    this.table =
        new ExchangeTable(settings.maxInFlight(), settings.maxPendingBytes(), this::released);
    this.links =
        settings.addresses().stream().map(address -> new ApiLink(address, settings, this)).toList();
    new Sweep(settings, this).start();
  }

  /** Where an exchange for these links has its place. */
  ExchangeTable table() {
    return table;
  }

  Reach reach() {
    return reach;
  }

  boolean areSeveral() {
    return links.size() > 1;
  }

  int size() {
    return links.size();
  }

  long nextStream() {
    return streams.incrementAndGet();
  }

  /** Takes it over, unless there is no room or they are closed: then nothing happened to it. */
  ExchangeTable.Admission offer(Exchange exchange) {
    ApiLink home = homeOf(exchange.client());
    exchange.home(home);
    ExchangeTable.Admission admission = table.admit(exchange);
    if (admission == ExchangeTable.Admission.ADMITTED) {
      home.offer(exchange);
    }
    return admission;
  }

  private ApiLink homeOf(ClientKey client) {
    return links.get(Math.floorMod(spread(client.hashCode()), links.size()));
  }

  /**
   * One that can carry this client's exchanges; always the same while the links stay as they are.
   */
  @Nullable ApiLink usable(ClientKey client) {
    ApiLink best = null;
    int most = 0;
    for (int i = 0; i < links.size(); i++) {
      int weight = spread(client.hashCode() + 31 * (i + 1));
      if (links.get(i).isUsable() && (best == null || weight > most)) {
        best = links.get(i);
        most = weight;
      }
    }
    return best;
  }

  private static int spread(int hash) {
    int mixed = (hash ^ hash >>> 16) * 0x85ebca6b;
    return mixed ^ mixed >>> 13;
  }

  private void released(Exchange exchange) {
    exchange.home().released(exchange);
  }

  /**
   * A link is usable now or is not any more.
   *
   * @param trouble why not
   */
  void changed(String trouble) {
    synchronized (this) {
      boolean open = links.stream().anyMatch(ApiLink::isUsable);
      boolean same = open == reach.open();
      reach = new Reach(open, same ? reach.since() : System.nanoTime(), trouble);
    }
    if (areSeveral()) {
      links.forEach(ApiLink::othersChanged);
    }
  }

  /** Whether the answer says that the node stops and never passed the command on. */
  static boolean isNodeStopping(DispatchResponse answer) {
    return answer.hasOutcome()
        && answer.getOutcome().hasUndelivered()
        && answer.getOutcome().getUndelivered().getReason()
            == org.streamingcommands.grpc.v1.Reason.REASON_SHUTTING_DOWN
        && answer.getOutcome().getUndelivered().getCertainty()
            == org.streamingcommands.grpc.v1.Certainty.CERTAINTY_NOT_SENT;
  }

  /**
   * Keeps the channels open for a call beside the streams, until {@link #letGo}.
   *
   * @return false where they are closed already
   */
  boolean hold() {
    return table.hold();
  }

  void letGo() {
    table.letGo();
  }

  /**
   * For a call beside the streams, while they are {@link #hold held}: one that is known to work
   * where there is one.
   *
   * @param attempt the how many-th for one call, from 0; each takes another
   */
  ApiLink any(int first, int attempt) {
    List<ApiLink> usable = links.stream().filter(ApiLink::isUsable).toList();
    List<ApiLink> from = attempt == 0 && !usable.isEmpty() ? usable : links;
    return from.get(Math.floorMod(first + attempt, from.size()));
  }

  static int anyNumber() {
    return ThreadLocalRandom.current().nextInt(1 << 20);
  }

  boolean closeIfIdle() {
    if (!table.closeIfEmpty()) {
      return false;
    }
    shutDown();
    return true;
  }

  /** Ends whatever is under way. */
  void close() {
    table.close();
    endAll();
    shutDown();
  }

  void endAll() {
    for (Exchange exchange : table.all()) {
      exchange.undelivered(
          Reason.SHUTTING_DOWN, "the link to " + settings.address() + " was closed");
    }
  }

  void dropEnded() {
    links.forEach(ApiLink::dropEnded);
  }

  void nudge() {
    links.forEach(ApiLink::nudge);
  }

  private void shutDown() {
    onClosed.accept(this);
    links.forEach(ApiLink::shutDown);
  }
}
