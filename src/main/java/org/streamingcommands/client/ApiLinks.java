package org.streamingcommands.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Reason;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.DispatchResponse;

/**
 * The ways to the api addresses of one group of settings: a link for each, also for each of the
 * several that a name stands for. Every client has one of them for its home, so that its commands
 * keep their order and the nodes share the load. Lives until it was idle for idle-timeout.
 * Thread-safe.
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
  private final AtomicLong streams = new AtomicLong();
  private final ApiNames names;
  private final CompletableFuture<Void> found = new CompletableFuture<>();
  private final Stayers stayers = new Stayers();

  /** Of addresses that are no longer there; gone when what they have under way has ended. */
  private final List<ApiLink> leaving = new CopyOnWriteArrayList<>();

  private volatile Homes homes;
  private volatile Reach reach = new Reach(false, System.nanoTime(), "");

  ApiLinks(CommandClientSettings settings, HostLookup lookup, Consumer<ApiLinks> onClosed) {
    this.settings = settings;
    this.onClosed = onClosed;
    this.table =
        new ExchangeTable(settings.maxInFlight(), settings.maxPendingBytes(), this::released);
    this.names =
        new ApiNames(settings.addresses(), settings.resolveInterval(), lookup, this::found);
    this.homes =
        new Homes(
            names.targets().stream()
                .map(target -> new ApiLink(target, settings, this, !names.areAny()))
                .toList(),
            true);
    if (names.areAny()) {
      names.start();
    } else {
      found.complete(null);
    }
    new Sweep(settings, this).start();
  }

  /** Where an exchange for these links has its place. */
  ExchangeTable table() {
    return table;
  }

  Reach reach() {
    return reach;
  }

  /** Whether there is another than this one. */
  boolean hasOthers(ApiLink link) {
    List<ApiLink> links = homes.links();
    return links.size() > 1 || links.get(0) != link;
  }

  /** Whether another than this one can carry something right now. */
  boolean hasUsableOther(ApiLink link) {
    return homes.links().stream().anyMatch(other -> other != link && other.isUsable());
  }

  int size() {
    return homes.links().size();
  }

  long nextStream() {
    return streams.incrementAndGet();
  }

  /** Takes it over, unless there is no room or they are closed: then nothing happened to it. */
  ExchangeTable.Admission offer(Exchange exchange) {
    Homes seen = homes;
    exchange.home(seen.of(exchange.client()));
    ExchangeTable.Admission admission = table.admit(exchange);
    if (admission == ExchangeTable.Admission.ADMITTED) {
      // After it was admitted: whoever changes the homes looks through the table after that.
      if (seen != homes || !seen.isSettled() || stayers.has(exchange.client())) {
        rehome(exchange);
      }
      exchange.home().offer(exchange);
    }
    return admission;
  }

  private synchronized void rehome(Exchange exchange) {
    stayers.join(exchange, homes.of(exchange.client()));
  }

  /**
   * One that can carry this client's exchanges; always the same while the links stay as they are.
   */
  @Nullable ApiLink usable(ClientKey client) {
    return homes.usable(client);
  }

  private void released(Exchange exchange) {
    if (exchange.isStaying()) {
      synchronized (this) {
        stayers.ended(exchange);
      }
    }
    exchange.home().released(exchange);
  }

  /** Once it is known for the first time what the addresses stand for. */
  CompletableFuture<Void> found() {
    return found;
  }

  /** Names were looked up. */
  private void found(List<ApiTarget> targets) {
    List<ApiLink> before = homes.links();
    if (become(targets)) {
      List<ApiLink> after = homes.links();
      // Not under the lock: they tell listeners on their way.
      before.stream().filter(link -> !after.contains(link)).forEach(ApiLink::leave);
      changed("");
    }
    homes.links().forEach(ApiLink::allowToDial);
    found.complete(null);
  }

  private synchronized boolean become(List<ApiTarget> targets) {
    List<ApiLink> before = homes.links();
    if (table.isClosed() || before.stream().map(ApiLink::target).toList().equals(targets)) {
      return false;
    }
    List<ApiLink> after = targets.stream().map(target -> linkTo(target, before)).toList();
    Homes next = new Homes(after, false);
    homes = next;
    for (Exchange exchange : table.all()) {
      if (exchange.home() != next.of(exchange.client())) {
        stayers.keep(exchange);
      }
    }
    next.settle();
    before.stream().filter(link -> !after.contains(link)).forEach(leaving::add);
    return true;
  }

  private ApiLink linkTo(ApiTarget target, List<ApiLink> from) {
    return from.stream()
        .filter(link -> link.target().equals(target))
        .findAny()
        .orElseGet(() -> new ApiLink(target, settings, this, true));
  }

  /**
   * A link is usable now or is not any more.
   *
   * @param trouble why not
   */
  void changed(String trouble) {
    synchronized (this) {
      boolean open = homes.links().stream().anyMatch(ApiLink::isUsable);
      boolean same = open == reach.open();
      reach = new Reach(open, same ? reach.since() : System.nanoTime(), trouble);
    }
    List<ApiLink> links = homes.links();
    if (links.size() > 1 || !leaving.isEmpty()) {
      links.forEach(ApiLink::othersChanged);
      leaving.forEach(ApiLink::othersChanged);
    }
  }

  /** Why the node passed the command on to nobody; null where it did, or may have. */
  static @Nullable Reason refusalOf(DispatchResponse answer) {
    if (!answer.hasOutcome() || !answer.getOutcome().hasUndelivered()) {
      return null;
    }
    var end = answer.getOutcome().getUndelivered();
    return Wire.certainty(end.getCertainty()) == Certainty.NOT_SENT
        ? Wire.reason(end.getReason())
        : null;
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
   * For calls beside the streams, while they are {@link #hold held}: all, those first that are
   * known to work, and otherwise begun anywhere.
   *
   * @param last the one that failed just now
   */
  Queue<ApiLink> inTurn(@Nullable ApiLink last) {
    List<ApiLink> all = new ArrayList<>(homes.links());
    Collections.rotate(all, ThreadLocalRandom.current().nextInt(all.size()));
    all.sort(Comparator.comparing((ApiLink link) -> link == last || !link.isUsable()));
    return new ArrayDeque<>(all);
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
    homes.links().forEach(ApiLink::dropEnded);
    leaving.forEach(ApiLink::dropEnded);
  }

  void nudge() {
    homes.links().forEach(ApiLink::nudge);
  }

  /** Looks names up again where it is time, and lets those go that have nothing left to do. */
  void tidy() {
    names.refresh();
    if (!leaving.isEmpty()) {
      Set<ApiLink> needed =
          table.all().stream().map(Exchange::home).collect(Collectors.toUnmodifiableSet());
      leaving.removeIf(link -> link.isGone() && !needed.contains(link));
      leaving.forEach(ApiLink::othersChanged);
    }
  }

  /** What a name stands for may have changed: something it stood for is not there. */
  void lookAgain() {
    names.refreshSoon();
  }

  private void shutDown() {
    onClosed.accept(this);
    List<ApiLink> all;
    synchronized (this) {
      // The table is closed: no other links come after these.
      all = new ArrayList<>(homes.links());
      all.addAll(leaving);
    }
    all.forEach(ApiLink::shutDown);
  }
}
