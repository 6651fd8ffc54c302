package org.streamingcommands.connection;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;

/**
 * The short way from senders to entities on other nodes: past region and shard, together with what
 * else goes to the node that said that it has the entity. Where it has it no more, it gives back
 * what it was told, and that goes through the region. Thread-safe.
 */
final class Shortcuts {
  /** What is larger gains nothing. */
  private static final int MOST_BYTES = 16 << 10;

  private final String node;
  private final Gateways gateways;
  private final LocalEntities entities;
  private final Consumer<ClientConnection.Request> routeThroughRegion;

  /** The node of each shard, as far as it was told. */
  private final AtomicReferenceArray<@Nullable String> homes;

  /**
   * @param node this one
   */
  Shortcuts(
      String node,
      Gateways gateways,
      LocalEntities entities,
      Consumer<ClientConnection.Request> routeThroughRegion,
      int numberOfShards) {
    this.node = node;
    this.gateways = gateways;
    this.entities = entities;
    this.routeThroughRegion = routeThroughRegion;
    this.homes = new AtomicReferenceArray<>(numberOfShards);
  }

  // ---- of this node's senders ---------------------------------------------------------------

  /** The node of the client's entity; null where this one does not know. */
  @Nullable String find(ClientKey client) {
    return homes.get(shard(client));
  }

  /** To the client's entity, which is on that node most likely. */
  void tell(String there, ClientConnection.FromSender request) {
    if (request instanceof ClientConnection.Send send && send.command().size() > MOST_BYTES) {
      routeThroughRegion.accept(request);
    } else {
      gateways.post(there).tell(Gateway.Batch.TO_CLIENT, request);
    }
  }

  /** A node has this client's entity, and with it all of its shard. */
  void learn(Gateway.EntityHere here) {
    homes.set(shard(here.client()), here.node());
  }

  /** A node does not have the client's entity: it comes to life there, or its shard moved. */
  void takeBack(ClientConnection.FromSender request) {
    routeThroughRegion.accept(
        request instanceof ClientConnection.Send send ? send.askingWhere() : request);
  }

  /** Forgets what other nodes than these said. */
  void retain(Collection<String> nodes) {
    for (int shard = 0; shard < homes.length(); shard++) {
      String home = homes.get(shard);
      if (home != null && !nodes.contains(home)) {
        homes.compareAndSet(shard, home, null);
      }
    }
  }

  // ---- of other nodes' senders --------------------------------------------------------------

  /** Another node believes that the client's entity is here. */
  void take(ClientConnection.FromSender request) {
    LocalEntities.Entry entity = entities.find(request.client());
    if (entity != null) {
      entity.tell(request);
    } else {
      gateways.post(request.replyTo().node()).tell(Gateway.Batch.BACK, request);
    }
  }

  /** The entity of this client is here, and the sender's node wants to know. */
  void tellWhere(ClientConnection.Send send) {
    String asking = send.replyTo().node();
    if (asking.equals(node)) {
      homes.set(shard(send.client()), null);
    } else {
      gateways.of(asking).tell(new Gateway.EntityHere(send.client(), node));
    }
  }

  /** As Pekko's HashCodeMessageExtractor, which makes a string of it for each message. */
  private int shard(ClientKey client) {
    return Math.abs(client.entityId().hashCode() % homes.length());
  }
}
