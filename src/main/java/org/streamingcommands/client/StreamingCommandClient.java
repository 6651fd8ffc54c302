package org.streamingcommands.client;

import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.command.SendResult;
import org.streamingcommands.connection.Connections;

/**
 * Sends typed commands to one client, from wherever the caller runs. Made by a static factory;
 * holds nothing of its own, so it is cheap, needs no closing and may be made for a single send.
 *
 * <p><b>Delivery.</b> A command runs at most once under its id. Every send ends exactly once,
 * before its timeout plus one second: with the client's outcome, or as {@link Outcome.Undelivered}
 * with a reason and what may be concluded about the client. A remote sender that loses its
 * connection asks again under the same id while there is time, so an ask survives the connection.
 * Commands of one client object to one client keep their order up to the node.
 *
 * <p><b>Errors.</b> What can be expected is data: the futures complete normally also when nothing
 * was delivered. A null or a command that cannot be serialized throws from the method itself.
 *
 * <p><b>Threads.</b> All methods are thread-safe and return at once. Futures complete, and step
 * consumers run, on the engine's own threads or on the caller's: dependents must not block; those
 * that do belong in the {@code Async} variants with an executor of their own. Cancelling a future
 * only stops listening; {@link #cancel} stops the command.
 *
 * <p><b>What is buffered.</b> Remote: up to max-in-flight commands that wait for the shared stream
 * of their api address and as many that wait for answers, together up to max-pending-size; more end
 * as QUEUE_FULL at once, and those that the stream does not take within queue-timeout do so then.
 *
 * @param <C> the type of the commands
 */
public interface StreamingCommandClient<C extends Message> {

  /** How commands travel. */
  enum Mode {
    /** To the entity, through this JVM's actor system. */
    LOCAL,
    /** Over a connection to an api address. */
    REMOTE
  }

  /**
   * Sends over the wire; needs no ActorSystem. All clients of one address share one connection.
   *
   * @throws IllegalArgumentException for a service or client id that breaks its rule, or settings
   *     without an address
   */
  static <C extends Message> StreamingCommandClient<C> remote(
      CommandClientSettings settings, String service, String clientId) {
    if (!settings.hasAddress()) {
      throw new IllegalArgumentException(
          "streaming-commands.client.api-address: must be set for a remote client");
    }
    return new TypedClient<>(
        Mode.REMOTE,
        ClientKey.of(service, clientId),
        settings.callTimeout(),
        new RemoteTransport(settings));
  }

  /**
   * Sends through this ActorSystem, which must be part of the cluster of the client's service.
   *
   * @throws IllegalArgumentException for a service or client id that breaks its rule
   */
  static <C extends Message> StreamingCommandClient<C> local(
      ActorSystem<?> system, String service, String clientId) {
    CommandClientSettings settings = SystemSettings.of(system);
    return new TypedClient<>(
        Mode.LOCAL,
        ClientKey.of(service, clientId),
        settings.callTimeout(),
        new LocalTransport(Connections.get(system), settings.callTimeout()));
  }

  /**
   * Finds out by itself: local where this ActorSystem or its cluster has the service, else remote
   * where {@code streaming-commands.client.api-address} is set.
   *
   * @throws IllegalStateException where neither is so; the message says what to configure
   * @throws IllegalArgumentException for a service or client id that breaks its rule
   */
  static <C extends Message> StreamingCommandClient<C> forClient(
      ActorSystem<?> system, String service, String clientId) {
    if (isClustered(system) && Connections.get(system).knows(service)) {
      return local(system, service, clientId);
    }
    CommandClientSettings settings = SystemSettings.of(system);
    if (settings.hasAddress()) {
      return remote(settings, service, clientId);
    }
    throw new IllegalStateException(
        ("service '%s' is not registered with this ActorSystem, and no api is configured: register the"
                + " service, or set streaming-commands.client.api-address to a node's host:port")
            .formatted(service));
  }

  private static boolean isClustered(ActorSystem<?> system) {
    return !system.settings().config().getString("pekko.actor.provider").equals("local");
  }

  /** Whom it sends to. */
  ClientKey client();

  Mode mode();

  /** {@link #send(Message, Receipt, SendOptions)} with the defaults. */
  default CompletableFuture<SendResult> send(C command, Receipt waitFor) {
    return send(command, waitFor, SendOptions.defaults());
  }

  /** Sends and waits for a receipt, or for the outcome where that comes first. */
  CompletableFuture<SendResult> send(C command, Receipt waitFor, SendOptions options);

  /** {@link #ask(Message, Class, SendOptions)} with the defaults. */
  default <R extends Message> CompletableFuture<Outcome<R>> ask(C command, Class<R> resultType) {
    return ask(command, resultType, SendOptions.defaults());
  }

  /**
   * Sends and waits for the outcome. An answer of another type is {@link Outcome.Failed} with code
   * {@link Outcome#UNEXPECTED_RESULT_TYPE}.
   */
  <R extends Message> CompletableFuture<Outcome<R>> ask(
      C command, Class<R> resultType, SendOptions options);

  /**
   * Sends and tells every step as it comes: receipts, progress, and last the outcome, which also
   * completes the future. One call at a time; what the consumer throws is logged and changes
   * nothing.
   */
  <R extends Message> CompletableFuture<Outcome<R>> execute(
      C command, Class<R> resultType, SendOptions options, Consumer<CommandStep<R>> steps);

  /**
   * Asks the client to stop a command; answers when the command ended, however it ended. Remote,
   * the answer is {@link CancelResult.Verdict#NOT_CONFIRMED} when there is none within
   * call-timeout.
   */
  CompletableFuture<CancelResult> cancel(String commandId);
}
