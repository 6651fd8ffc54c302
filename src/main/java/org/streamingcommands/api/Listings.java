package org.streamingcommands.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.connection.ClusterListing;
import org.streamingcommands.connection.ConnectedClient;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ClientInfo;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListClientsResponse;
import org.streamingcommands.grpc.v1.ListServicesResponse;
import org.streamingcommands.grpc.v1.ServiceInfo;

/** Who is connected, and which services there are. Thread-safe. */
final class Listings {
  private static final int DEFAULT_PAGE = 100;
  private static final int MAX_PAGE = 1000;

  /** A caller with patience would rather know what the other nodes say. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

  private final Connections connections;
  private final Supplier<Map<String, Set<String>>> services;
  private final Function<String, Set<String>> types;

  /**
   * @param services the nodes of each service, by its name
   * @param types the message types of a service that can be said as JSON
   */
  Listings(
      Connections connections,
      Supplier<Map<String, Set<String>>> services,
      Function<String, Set<String>> types) {
    this.connections = connections;
    this.types = types;
    this.services = services;
  }

  /**
   * The clients of all nodes.
   *
   * @param timeout how long to wait for the other nodes; those that say nothing are named
   */
  CompletableFuture<ListClientsResponse> clients(ListClientsRequest request, Duration timeout)
      throws InvalidRequest {
    String service = service(request.getService());
    LabelSelector selector = FleetRequests.selector(request.getSelector());
    int size = pageSize(request.getPageSize());
    ClientKey after = after(request.getPageToken(), service);
    Duration wait = timeout.compareTo(LONGEST_WAIT) < 0 ? timeout : LONGEST_WAIT;
    return connections
        .listAll(service, selector, request.getSearch(), after, size, wait)
        .thenApply(Listings::page);
  }

  private static ListClientsResponse page(ClusterListing listing) {
    ListClientsResponse.Builder response =
        ListClientsResponse.newBuilder().addAllSilentNodes(new TreeSet<>(listing.silent()));
    List<ConnectedClient> clients = listing.clients();
    clients.forEach(client -> response.addClients(info(client)));
    if (listing.more() && !clients.isEmpty()) {
      response.setNextPageToken(token(clients.get(clients.size() - 1).client()));
    }
    return response.build();
  }

  /** The service that is asked about; null for all. */
  @Nullable String service(String service) throws InvalidRequest {
    return service.isEmpty() ? null : Requests.service(service, connections);
  }

  private static int pageSize(int size) throws InvalidRequest {
    if (size < 0 || size > MAX_PAGE) {
      throw InvalidRequest.field(
          "page_size: at most %d, is %s".formatted(MAX_PAGE, Integer.toUnsignedString(size)));
    }
    return size == 0 ? DEFAULT_PAGE : size;
  }

  private static String token(ClientKey last) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(last.entityId().getBytes(StandardCharsets.UTF_8));
  }

  private static @Nullable ClientKey after(String token, @Nullable String service)
      throws InvalidRequest {
    if (token.isEmpty()) {
      return null;
    }
    ClientKey after;
    try {
      after =
          ClientKey.ofEntityId(
              new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw InvalidRequest.field("page_token: was never given out");
    }
    if (service != null && !service.equals(after.service())) {
      throw InvalidRequest.field("page_token: belongs to a listing of another service");
    }
    return after;
  }

  static ClientInfo info(ConnectedClient client) {
    return ClientInfo.newBuilder()
        .setService(client.client().service())
        .setClientId(client.client().clientId())
        .setSessionId(client.sessionId())
        .setEpoch(client.epoch())
        .putAllLabels(client.labels())
        .setClientVersion(client.clientVersion())
        .setConnectedSince(Wire.timestamp(client.connectedSince()))
        .setLastSeen(Wire.timestamp(client.lastSeen()))
        .setQueueDepth(client.queueDepth())
        .setInFlight(client.inFlight())
        .setNode(client.node())
        .build();
  }

  /**
   * @param visible which of them the caller may see
   */
  ListServicesResponse services(Predicate<String> visible) {
    ListServicesResponse.Builder response = ListServicesResponse.newBuilder();
    new TreeMap<>(services.get())
        .forEach(
            (name, nodes) -> {
              if (visible.test(name)) {
                response.addServices(
                    ServiceInfo.newBuilder()
                        .setName(name)
                        .addAllNodes(new TreeSet<>(nodes))
                        .addAllTypes(types.apply(name)));
              }
            });
    return response.build();
  }
}
