package org.streamingcommands.registry;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.Props;
import org.streamingcommands.command.Names;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.service.ClientService;

/**
 * The services that clients may dial in for: those of this node at once and exactly, those of the
 * cluster as far as word has come. It knows services and nodes, never clients. One per ActorSystem;
 * thread-safe; its entries live as long as the system or until {@link #unregister}.
 */
public final class StreamingServiceRegistry implements Extension {
  private static final ExtensionId<StreamingServiceRegistry> ID =
      new ExtensionId<>() {
        @Override
        public StreamingServiceRegistry createExtension(ActorSystem<?> system) {
          return new StreamingServiceRegistry(system);
        }
      };

  private final Connections connections;
  private final ActorRef<ServiceDirectory.Message> directory;
  private final Map<String, ClientService> here = new ConcurrentHashMap<>();
  private volatile Map<String, Set<String>> nodesByService = Map.of();

  public static StreamingServiceRegistry get(ActorSystem<?> system) {
    return system.registerExtension(ID);
  }

  private StreamingServiceRegistry(ActorSystem<?> system) {
    connections = Connections.get(system);
    directory =
        system.systemActorOf(
            ServiceDirectory.create(connections.node(), changed -> nodesByService = changed),
            "streaming-commands-services",
            Props.empty());
    connections.services().lookElsewhere(name -> nodesByService.containsKey(name));
  }

  /**
   * Lets clients of this service in, on this node, from now on.
   *
   * @throws IllegalStateException where this node has a service of that name
   * @throws IllegalArgumentException where the name breaks its rule
   */
  public void register(ClientService service) {
    String name = service.name();
    Names.problemWithService(name)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(problem);
            });
    // The engine's catalog decides who was first.
    if (!connections.declare(service.entry())) {
      throw new IllegalStateException(
          "service '%s' is registered on this node already".formatted(name));
    }
    here.put(name, service);
    directory.tell(new ServiceDirectory.Announce(name));
  }

  /** The service of that name on this node. */
  public Optional<ClientService> get(String name) {
    return Optional.ofNullable(here.get(name));
  }

  /** The names of this node's services. */
  public Set<String> list() {
    return new TreeSet<>(here.keySet());
  }

  /** Whether this node has a service of that name. */
  public boolean isRegistered(String name) {
    return here.containsKey(name);
  }

  /**
   * Takes a service away from this node: its clients get a goodbye, new ones are refused, and sends
   * to it end as UNKNOWN_SERVICE unless another node has it.
   *
   * @return whether it was there
   */
  public boolean unregister(String name) {
    if (here.remove(name) == null) {
      return false;
    }
    directory.tell(new ServiceDirectory.Withdraw(name));
    connections.withdraw(name);
    return true;
  }

  /** Takes all services away from this node. */
  public void clear() {
    list().forEach(this::unregister);
  }

  /** The nodes of every service in the cluster, by name, as far as word has come. */
  public Map<String, Set<String>> clusterServices() {
    return nodesByService;
  }

  /** Whether any node is known to have a service of that name; this one is asked first. */
  public boolean isRegisteredInCluster(String name) {
    return isRegistered(name) || nodesByService.containsKey(name);
  }

  /** The nodes that are known to have a service of that name. */
  public Set<String> nodesOf(String name) {
    return nodesByService.getOrDefault(name, Set.of());
  }
}
