package org.streamingcommands.registry;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * Announces this node's services to the cluster and hears of the others'. One per ActorSystem. Each
 * service is announced by a beacon, an actor that does nothing: its name says which service, its
 * address which node, and the receptionist forgets it when its node is gone.
 */
final class ServiceDirectory extends AbstractBehavior<ServiceDirectory.Message> {

  /** What it understands. */
  sealed interface Message {}

  /** This node serves it from now on. */
  record Announce(String service) implements Message {}

  /** This node serves it no more. */
  record Withdraw(String service) implements Message {}

  private record Changed(Set<ActorRef<Beacon>> beacons) implements Message {}

  /** What a beacon understands: nothing. */
  interface Beacon {}

  private static final ServiceKey<Beacon> KEY =
      ServiceKey.create(Beacon.class, "streaming-commands-services");

  private final String node;
  private final Consumer<Map<String, Set<String>>> onChange;
  private final Map<String, ActorRef<Beacon>> own = new HashMap<>();
  private long announced;

  /**
   * @param node this node, as listings name it
   * @param onChange told the nodes of every service, by name, whenever they change
   */
  static Behavior<Message> create(String node, Consumer<Map<String, Set<String>>> onChange) {
    return Behaviors.setup(context -> new ServiceDirectory(context, node, onChange));
  }

  private ServiceDirectory(
      ActorContext<Message> context, String node, Consumer<Map<String, Set<String>>> onChange) {
    super(context);
    this.node = node;
    this.onChange = onChange;
    ActorRef<Receptionist.Listing> listings =
        context.messageAdapter(
            Receptionist.Listing.class, listing -> new Changed(listing.getServiceInstances(KEY)));
    context.getSystem().receptionist().tell(Receptionist.subscribe(KEY, listings));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Announce.class, this::onAnnounce)
        .onMessage(Withdraw.class, this::onWithdraw)
        .onMessage(Changed.class, this::onChanged)
        .build();
  }

  private Behavior<Message> onAnnounce(Announce announce) {
    // A number, because the name of one that was withdrawn just now may still be taken.
    String name = announce.service() + '~' + announced++;
    ActorRef<Beacon> beacon = getContext().spawn(Behaviors.empty(), name);
    own.put(announce.service(), beacon);
    getContext().getSystem().receptionist().tell(Receptionist.register(KEY, beacon));
    return this;
  }

  private Behavior<Message> onWithdraw(Withdraw withdraw) {
    ActorRef<Beacon> beacon = own.remove(withdraw.service());
    if (beacon != null) {
      getContext().stop(beacon);
    }
    return this;
  }

  private Behavior<Message> onChanged(Changed changed) {
    Map<String, Set<String>> nodesByService = new TreeMap<>();
    for (ActorRef<Beacon> beacon : changed.beacons()) {
      String name = beacon.path().name();
      String service = name.substring(0, name.lastIndexOf('~'));
      boolean isHere = beacon.path().address().hasLocalScope();
      nodesByService
          .computeIfAbsent(service, any -> new TreeSet<>())
          .add(isHere ? node : beacon.path().address().hostPort());
    }
    onChange.accept(nodesByService);
    return this;
  }
}
