package org.streamingcommands.connection;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ServiceAccess;

/** The services of this node, by name, and whether the cluster has others. */
public final class ServiceCatalog {

  /**
   * A service of this node.
   *
   * @param access for the edge, which asks clients who they are
   */
  public record Entry(
      String name, ServiceSettings settings, ServiceObserver observer, ServiceAccess access) {

    /** One that asks its clients for nothing that the configuration does not. */
    public Entry(String name, ServiceSettings settings, ServiceObserver observer) {
      this(name, settings, observer, ServiceAccess.AS_CONFIGURED);
    }
  }

  private final ConcurrentHashMap<String, Entry> byName = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, AtomicInteger> clients = new ConcurrentHashMap<>();
  private volatile Predicate<String> elsewhere = name -> false;

  /**
   * @return whether it was added; not where the name is taken
   */
  public boolean add(Entry entry) {
    return byName.putIfAbsent(entry.name(), entry) == null;
  }

  /**
   * @return whether it was there
   */
  public boolean remove(String name) {
    return byName.remove(name) != null;
  }

  public @Nullable Entry find(String name) {
    return byName.get(name);
  }

  /** Counts one more client of a service on this node, if it may have one more. */
  boolean enter(Entry service) {
    int limit = service.settings().maxClients();
    AtomicInteger count = clients.computeIfAbsent(service.name(), any -> new AtomicInteger());
    if (count.incrementAndGet() <= limit || limit == 0) {
      return true;
    }
    count.decrementAndGet();
    return false;
  }

  void leave(String service) {
    AtomicInteger count = clients.get(service);
    if (count != null) {
      count.decrementAndGet();
    }
  }

  public Set<String> names() {
    return new TreeSet<>(byName.keySet());
  }

  /** Whether commands to this service can be routed: it is here or on another node. */
  public boolean knows(String name) {
    return byName.containsKey(name) || elsewhere.test(name);
  }

  /** Tells how to find out about the other nodes' services. */
  public void lookElsewhere(Predicate<String> knownElsewhere) {
    elsewhere = knownElsewhere;
  }
}
