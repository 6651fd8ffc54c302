package org.streamingcommands.examples.bots;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.javadsl.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.examples.bots.v1.BotService;
import org.streamingcommands.examples.bots.v1.BotServiceHandlerFactory;
import org.streamingcommands.examples.bots.v1.ConnectRequest;
import org.streamingcommands.examples.bots.v1.ConnectResponse;
import org.streamingcommands.service.GuardedRpc;
import org.streamingcommands.service.StreamingService;

/**
 * The bots' rpc on a listener of its own. What a bot says of its status by itself goes to the
 * database. Register {@link #service()} before {@link #bind}: a bot of an unregistered service is
 * turned away.
 */
public final class BotServer implements BotService {
  /** The service's name. */
  public static final String NAME = "bots";

  private static final Logger log = LoggerFactory.getLogger(BotServer.class);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);

  private static final int MAX_MESSAGE_SIZE = 4 << 20;

  private final ActorSystem<?> system;
  private final StreamingService<ConnectRequest, ConnectResponse> service;

  public BotServer(ActorSystem<?> system, BotStore store) {
    this.system = system;
    this.service =
        StreamingService.builder(system, NAME, new BotProtocol())
            .onConnect(bot -> addToStore(store, bot.client()))
            .onDisconnect((botId, why) -> log.info("bot {} is gone: {}", botId, why))
            // Callbacks may block; waiting keeps one bot's reports in order.
            .onMessage((botId, said) -> store.report(botId, said.getStatus().getStatus()).join())
            .onError((botId, e) -> log.error("bot {}: what it said could not be saved", botId, e))
            .build();
  }

  private static void addToStore(BotStore store, ClientKey bot) {
    store.add(bot.clientId()).join();
  }

  public StreamingService<ConnectRequest, ConnectResponse> service() {
    return service;
  }

  @Override
  public Source<ConnectResponse, NotUsed> connect(Source<ConnectRequest, NotUsed> in) {
    return service.connect(in);
  }

  /**
   * Listens until the system's coordinated shutdown.
   *
   * @param port 0 for any free one; the binding tells which
   * @return fails where the address cannot be bound
   */
  public CompletableFuture<ServerBinding> bind(String host, int port) {
    CompletableFuture<ServerBinding> bound = new CompletableFuture<>();
    Function<HttpRequest, CompletionStage<HttpResponse>> rpc =
        GuardedRpc.of(
            BotService.name + "/Connect",
            ConnectRequest.parser(),
            MAX_MESSAGE_SIZE,
            service,
            BotServiceHandlerFactory.create(this, system));
    Function<HttpRequest, CompletionStage<HttpResponse>> safe = request -> handle(rpc, request);
    Http.get(system)
        .newServerAt(host, port)
        .withSettings(ServerSettings.create(system.classicSystem()).withEnableHttp2(true))
        .bind(safe)
        .whenComplete(
            (binding, error) -> {
              if (binding != null) {
                binding.addToCoordinatedShutdown(STOP_TIMEOUT, system);
                bound.complete(binding);
              } else {
                bound.completeExceptionally(error);
              }
            });
    return bound;
  }

  /** What this throws, or fails with, would cost the bot's whole connection. */
  private static CompletionStage<HttpResponse> handle(
      Function<HttpRequest, CompletionStage<HttpResponse>> rpc, HttpRequest request) {
    try {
      // Every answer would be compressed, however small, because every client says it could read
      // it.
      return rpc.apply(request.removeHeader("grpc-accept-encoding"))
          .exceptionally(BotServer::internalError);
    } catch (Exception e) {
      return CompletableFuture.completedFuture(internalError(e));
    }
  }

  private static HttpResponse internalError(Throwable error) {
    log.error("a bot's call could not be handled", error);
    return HttpResponse.create().withStatus(StatusCodes.INTERNAL_SERVER_ERROR);
  }
}
