package org.streamingcommands.service;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorSystem;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandIds;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.command.SendResult;
import org.streamingcommands.command.ServiceAccess;
import org.streamingcommands.command.Targets;
import org.streamingcommands.command.Waves;
import org.streamingcommands.connection.ConnectedClient;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.FleetPlan;
import org.streamingcommands.connection.FleetSend;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.ServiceCatalog;
import org.streamingcommands.connection.ServiceSettings;

/**
 * A named family of clients on this node: what to do when they come, speak and go, and a way to
 * send to them. Its clients dial the edge; a {@link StreamingService} serves an rpc of its own on
 * top. It takes clients in once its {@link #entry} is declared to the engine, which registering it
 * does.
 *
 * <p><b>Delivery.</b> Every send ends once, before its deadline plus one second, as a client's
 * outcome or as {@link Outcome.Undelivered} with what may be concluded. Commands to one client keep
 * their order.
 *
 * <p><b>Threads.</b> All methods are thread-safe and return at once. Futures are never completed
 * exceptionally; they complete on the engine's threads, so dependents must not block.
 */
public class ClientService {

  /** What a builder has gathered. */
  record Parts(
      ActorSystem<?> system,
      String name,
      ServiceSettings settings,
      ServiceAccess access,
      ServiceCallbacks callbacks,
      Duration commandTimeout) {}

  /** Builds a service whose clients dial the edge. */
  public static final class Builder extends ServiceBuilder<Builder> {
    private Builder(ActorSystem<?> system, String name) {
      super(system, name);
    }

    @Override
    Builder self() {
      return this;
    }

    public ClientService build() {
      return new ClientService(parts());
    }
  }

  /** More than any node holds. */
  private static final int ALL = Integer.MAX_VALUE;

  private static final Duration DISCONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final Parts parts;
  private final Connections connections;

  /**
   * @throws IllegalArgumentException for a name that breaks its rule
   */
  public static Builder builder(ActorSystem<?> system, String name) {
    return new Builder(system, name);
  }

  ClientService(Parts parts) {
    this.parts = parts;
    this.connections = Connections.get(parts.system());
  }

  public final String name() {
    return parts.name();
  }

  /** What the engine has to know: {@code Connections.get(system).declare(service.entry())}. */
  public final ServiceCatalog.Entry entry() {
    return new ServiceCatalog.Entry(
        parts.name(), parts.settings(), parts.callbacks(), parts.access());
  }

  final Connections connections() {
    return connections;
  }

  // ---- sending ------------------------------------------------------------------------------

  /** A command with a fresh id and the service's command timeout. */
  public final Command command(Message payload) {
    return command(payload, Instant.now().plus(parts.commandTimeout()));
  }

  private static Command command(Message payload, Instant deadline) {
    return new Command(
        CommandIds.next(), Any.pack(payload), deadline, Priority.NORMAL, "", Map.of());
  }

  /** Sends and waits for the outcome. */
  public final CompletableFuture<Outcome<Any>> sendToClient(String clientId, Message payload) {
    return sendToClient(clientId, command(payload));
  }

  /**
   * Sends and waits for the outcome.
   *
   * @throws IllegalArgumentException for a client id that breaks its rule
   */
  public final CompletableFuture<Outcome<Any>> sendToClient(String clientId, Command command) {
    CompletableFuture<Outcome<Any>> result = new CompletableFuture<>();
    connections.send(key(clientId), command, false, result::complete);
    return result;
  }

  /** Sends and waits for a receipt only, or for the outcome where that comes first. */
  public final CompletableFuture<SendResult> sendToClient(
      String clientId, Message payload, Receipt waitFor) {
    return sendToClient(clientId, command(payload), waitFor);
  }

  /**
   * Sends and waits for a receipt only, or for the outcome where that comes first.
   *
   * @throws IllegalArgumentException for a client id that breaks its rule
   */
  public final CompletableFuture<SendResult> sendToClient(
      String clientId, Command command, Receipt waitFor) {
    CompletableFuture<SendResult> result = new CompletableFuture<>();
    connections.send(
        key(clientId),
        command,
        true,
        new CommandListener() {
          @Override
          public void receipt(Receipt receipt) {
            if (receipt.compareTo(waitFor) >= 0) {
              result.complete(SendResult.reached(command.id(), receipt));
            }
          }

          @Override
          public void outcome(Outcome<Any> outcome) {
            result.complete(SendResult.ended(command.id(), outcome));
          }
        });
    return result;
  }

  /**
   * Sends to all {@link #activeConnections} but the excluded, to {@value
   * FleetPlan#DEFAULT_CONCURRENCY} at once, and waits for every outcome.
   */
  public final CompletableFuture<Map<String, Outcome<Any>>> broadcast(
      Message payload, Set<String> exclude) {
    List<String> clientIds =
        parts.callbacks().connections().stream()
            .map(connection -> connection.client().clientId())
            .filter(clientId -> !exclude.contains(clientId))
            .sorted()
            .toList();
    if (clientIds.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    Map<String, Outcome<Any>> outcomes = new ConcurrentHashMap<>();
    return broadcast(payload, Targets.ids(clientIds), Waves.none(), outcomes::put)
        .thenApply(summary -> Map.copyOf(outcomes));
  }

  /**
   * Sends one command to many clients, wave by wave, to {@value FleetPlan#DEFAULT_CONCURRENCY} at
   * once, and tells each outcome as it comes. Each client has the service's command timeout from
   * when it is sent to. Cancelling the future ends the sending; what runs goes on.
   */
  public final CompletableFuture<FleetSummary> broadcast(
      Message payload, Targets targets, Waves waves, FleetListener<Any> listener) {
    Command command = command(payload, Instant.MAX);
    CompletableFuture<FleetSummary> result = new CompletableFuture<>();
    FleetPlan plan =
        new FleetPlan(
            parts.name(),
            targets,
            Set.of(),
            command,
            parts.commandTimeout(),
            waves,
            FleetPlan.DEFAULT_CONCURRENCY);
    FleetSend.tell(connections, plan, listener, result, false);
    return result;
  }

  // ---- who is there -------------------------------------------------------------------------

  /** The clients whose streams this node holds, by id. */
  public final Map<String, ConnectedClient> activeConnections() {
    Map<String, ConnectedClient> active = new TreeMap<>();
    for (ConnectedClient connection : parts.callbacks().connections()) {
      active.put(connection.client().clientId(), connection);
    }
    // Where the client's entity is on this node too, it knows more of the same connection.
    for (ConnectedClient latest : connections.list(parts.name(), null, ALL)) {
      active.computeIfPresent(
          latest.client().clientId(),
          (id, known) -> latest.sessionId().equals(known.sessionId()) ? latest : known);
    }
    return Collections.unmodifiableMap(active);
  }

  /** Whether this node holds the client's stream. */
  public final boolean isConnected(String clientId) {
    return parts.callbacks().find(clientId) != null;
  }

  /**
   * Ends a client's connection, on whichever node it is.
   *
   * @param reason one line for a person; the client is told
   * @return whether there was one; fails with a {@link
   *     org.streamingcommands.command.CommandException} where nobody could say
   * @throws IllegalArgumentException for a client id that breaks its rule
   */
  public final CompletableFuture<Boolean> disconnect(String clientId, String reason) {
    return connections.disconnect(
        key(clientId), Goodbye.of(Goodbye.Cause.DISCONNECTED, reason), DISCONNECT_TIMEOUT);
  }

  private ClientKey key(String clientId) {
    return ClientKey.of(parts.name(), clientId);
  }
}
