package org.streamingcommands.api;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.json.JsonCatalog;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.security.Principal;

/**
 * The listener that senders and operators call: CommandService over HTTP/2, and whatever else is
 * put beside it. Without TLS a caller speaks h2c with prior knowledge, as gRPC does. Thread-safe.
 * Not tied to the system's coordinated shutdown: who starts it stops it.
 */
public final class ApiServer {
  /**
   * Told to terminate, Pekko HTTP cuts a connection of HTTP/1.1 off once it has taken the answer,
   * and not once it has written it: that of the very call that stops the node, for one.
   */
  private static final Duration LAST_ANSWERS = Duration.ofMillis(100);

  private final ActorSystem<?> system;
  private final ServerBinding binding;
  private final SharedKillSwitch stop;
  private final ApiSettings settings;
  private final ListenerSecurity security;
  private final Newcomers newcomers;

  private ApiServer(
      ActorSystem<?> system,
      ServerBinding binding,
      SharedKillSwitch stop,
      ApiSettings settings,
      ListenerSecurity security,
      Newcomers newcomers) {
    this.system = system;
    this.newcomers = newcomers;
    this.binding = binding;
    this.security = security;
    this.stop = stop;
    this.settings = settings;
  }

  /** A server with nothing but CommandService. */
  public static CompletionStage<ApiServer> start(
      ActorSystem<?> system, ApiSettings settings, Connections connections) {
    return on(system, settings, connections).start();
  }

  public static Builder on(ActorSystem<?> system, ApiSettings settings, Connections connections) {
    return new Builder(system, settings, connections);
  }

  /** Who sends a request that came to the handler beside CommandService. */
  public static Principal principalOf(HttpRequest request) {
    return Gate.principalOf(request);
  }

  /** Where it listens, with the real port. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /**
   * Dispatch streams read no further, answer what they have under way, and end as UNAVAILABLE. A
   * moment later, when what was answered before is written, it takes no new calls, lets running
   * ones end within stop-timeout, and cuts the rest off.
   *
   * @return completed when every connection is closed
   */
  public CompletionStage<Void> stop() {
    stop.abort(Statuses.stopping());
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    system
        .scheduler()
        .scheduleOnce(LAST_ANSWERS, () -> terminate(stopped), system.executionContext());
    return stopped;
  }

  private void terminate(CompletableFuture<Void> stopped) {
    security.close();
    newcomers.close();
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
  }

  /** What a server is made of. */
  public static final class Builder {
    private final ActorSystem<?> system;
    private final ApiSettings settings;
    private final Connections connections;
    private Supplier<Map<String, Set<String>>> services;
    private Function<HttpRequest, CompletionStage<HttpResponse>> beside =
        OuterHandler::nothingBeside;
    private Set<String> openPaths = Set.of();

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

    /**
     * What answers requests that are not for CommandService. Must not block. Who sends one was
     * asked before; {@link ApiServer#principalOf} tells.
     */
    public Builder beside(Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
      beside = handler;
      return this;
    }

    /** What anybody may GET without saying who they are: a page that holds nothing by itself. */
    public Builder openPaths(Set<String> exactPaths) {
      openPaths = exactPaths;
      return this;
    }

    /**
     * Listens as {@code streaming-commands.api} and {@code .security} of the system's configuration
     * say; with a certificate it serves TLS, and HTTP/2 is negotiated by ALPN.
     *
     * @return the server once it listens; failed where it cannot
     * @throws IllegalArgumentException naming the key that is wrong, or missing
     */
    public CompletionStage<ApiServer> start() {
      SharedKillSwitch stop = KillSwitches.shared("streaming-commands-api");
      Newcomers newcomers = new Newcomers(system, settings.firstRequestTimeout());
      JsonCatalog catalog = JsonCatalog.get(system);
      ListenerSecurity security =
          ListenerSecurity.of(
              system.settings().config().getConfig("streaming-commands"), "api", settings.host());
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
              .withSettings(HttpSettings.of(system, newcomers));
      if (security.tls() != null) {
        server = server.enableHttps(Https.of(security.tls()));
      }
      CompletableFuture<ApiServer> started = new CompletableFuture<>();
      server
          .bind(
              new OuterHandler(
                  system,
                  new Gate(security, openPaths, newcomers),
                  connections.counters(),
                  routes,
                  new StandardServices(system, settings, connections, stop, newcomers),
                  new JsonRoutes(system, routes, settings),
                  settings.grpcWeb(),
                  beside))
          .whenComplete(
              (binding, failure) -> {
                if (failure == null) {
                  started.complete(
                      new ApiServer(system, binding, stop, settings, security, newcomers));
                } else {
                  security.close();
                  newcomers.close();
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
