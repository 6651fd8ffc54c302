package org.streamingcommands.api;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.HttpsConnectionContext;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.json.JsonCatalog;

/**
 * The listener that senders and operators call: CommandService over HTTP/2, and whatever else is
 * put beside it. Without TLS a caller speaks h2c with prior knowledge, as gRPC does. Thread-safe.
 * Not tied to the system's coordinated shutdown: who starts it stops it.
 */
public final class ApiServer {
  private final ServerBinding binding;
  private final SharedKillSwitch stop;
  private final ApiSettings settings;

  private ApiServer(ServerBinding binding, SharedKillSwitch stop, ApiSettings settings) {
    this.binding = binding;
    this.stop = stop;
    this.settings = settings;
  }

  /** A server with nothing but CommandService, in the clear. */
  public static CompletionStage<ApiServer> start(
      ActorSystem<?> system, ApiSettings settings, Connections connections) {
    return on(system, settings, connections).start();
  }

  public static Builder on(ActorSystem<?> system, ApiSettings settings, Connections connections) {
    return new Builder(system, settings, connections);
  }

  /** Where it listens, with the real port. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /**
   * Takes no new calls, lets running ones end within stop-timeout, and cuts the rest off. Dispatch
   * streams read no further, answer what they have under way, and end as UNAVAILABLE.
   *
   * @return completed when every connection is closed
   */
  public CompletionStage<Void> stop() {
    stop.abort(Statuses.stopping());
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    binding
        .terminate(settings.stopTimeout())
        .whenComplete(
            (terminated, failure) -> {
              if (failure == null) {
                stopped.complete(null);
              } else {
                stopped.completeExceptionally(failure);
              }
            });
    return stopped;
  }

  /** What a server is made of. */
  public static final class Builder {
    private final ActorSystem<?> system;
    private final ApiSettings settings;
    private final Connections connections;
    private Supplier<Map<String, Set<String>>> services;
    private Function<HttpRequest, CompletionStage<HttpResponse>> beside =
        OuterHandler::nothingBeside;
    private @Nullable HttpsConnectionContext https;

    private Builder(ActorSystem<?> system, ApiSettings settings, Connections connections) {
      this.system = system;
      this.settings = settings;
      this.connections = connections;
      this.services = this::servicesOfThisNode;
    }

    /** What ListServices answers: the nodes of each service, by its name. Must not block. */
    public Builder services(Supplier<Map<String, Set<String>>> nodesByService) {
      services = nodesByService;
      return this;
    }

    /** What answers requests that are not for CommandService. Must not block. */
    public Builder beside(Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
      beside = handler;
      return this;
    }

    /** Serves TLS; HTTP/2 is negotiated by ALPN. */
    public Builder https(HttpsConnectionContext context) {
      https = context;
      return this;
    }

    /**
     * @return the server once it listens; failed where it cannot
     */
    public CompletionStage<ApiServer> start() {
      SharedKillSwitch stop = KillSwitches.shared("streaming-commands-api");
      JsonCatalog catalog = JsonCatalog.get(system);
      CommandRoutes routes =
          new CommandRoutes(
              system,
              settings,
              connections,
              new Listings(connections, services, name -> catalog.of(name).names()),
              stop);
      var server =
          Http.get(system)
              .newServerAt(settings.host(), settings.port())
              .withSettings(HttpSettings.of(system));
      if (https != null) {
        server = server.enableHttps(https);
      }
      CompletableFuture<ApiServer> started = new CompletableFuture<>();
      server
          .bind(
              new OuterHandler(
                  routes,
                  new StandardServices(system, settings, connections, stop),
                  new JsonRoutes(system, routes, settings),
                  settings.grpcWeb(),
                  beside))
          .whenComplete(
              (binding, failure) -> {
                if (failure == null) {
                  started.complete(new ApiServer(binding, stop, settings));
                } else {
                  started.completeExceptionally(failure);
                }
              });
      return started;
    }

    private Map<String, Set<String>> servicesOfThisNode() {
      Map<String, Set<String>> nodes = new TreeMap<>();
      connections.services().names().forEach(name -> nodes.put(name, Set.of(connections.node())));
      return nodes;
    }
  }
}
