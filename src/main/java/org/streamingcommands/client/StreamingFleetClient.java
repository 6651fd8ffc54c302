package org.streamingcommands.client;

import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Targets;
import org.streamingcommands.connection.Connections;

/**
 * Sends one typed command to many clients of a service, from the same JVM or over the wire. Holds
 * nothing of its own, so it is cheap and needs no closing.
 *
 * <p><b>Delivery.</b> Every client that is reached has exactly one outcome, before its timeout plus
 * one second, and is told of as it comes; the summary's counts add up to the targets. The command
 * has one id for all clients, under which it runs at most once per client.
 *
 * <p><b>Errors.</b> What becomes of the command at a client is data. Where the node that carries it
 * out goes away, another one is asked for those who have no outcome yet: under the same id, so that
 * nobody runs it twice, with their timeouts counted anew, and labels choose again. Where no node
 * can carry it out, the future fails with a {@link CommandException} that says why and with what
 * certainty. Sending it again with the same command id and explicit targets is safe: those that
 * have an outcome answer it again within the dedup window.
 *
 * <p><b>Threads.</b> All methods are thread-safe and return at once. The listener is told one call
 * at a time, on the engine's threads or the caller's. It should not block: while it does, nothing
 * else is sent, and others that share the thread wait. What it throws is logged and changes
 * nothing.
 *
 * <p><b>What is buffered.</b> The ids of the targets on the node, the ids of those with an outcome
 * at a remote sender, and of outcomes no more than {@link FleetOptions#maxConcurrency}.
 *
 * @param <C> the type of the commands
 */
public interface StreamingFleetClient<C extends Message> {

  /**
   * Sends over the wire, on the connection that all clients of one address share; needs no
   * ActorSystem.
   *
   * @throws IllegalArgumentException for a service that breaks its rule, or settings without an
   *     address
   */
  static <C extends Message> StreamingFleetClient<C> remote(
      CommandClientSettings settings, String service) {
    if (!settings.hasAddress()) {
      throw new IllegalArgumentException(
          "streaming-commands.client.api-address: must be set for a remote client");
    }
    return new TypedFleetClient<>(service, settings.callTimeout(), new RemoteFleet(settings));
  }

  /**
   * Sends through this ActorSystem, which must be part of the cluster of the service.
   *
   * @throws IllegalArgumentException for a service that breaks its rule
   */
  static <C extends Message> StreamingFleetClient<C> local(ActorSystem<?> system, String service) {
    CommandClientSettings settings = SystemSettings.of(system);
    return new TypedFleetClient<>(
        service, settings.callTimeout(), new LocalFleet(Connections.get(system)));
  }

  /** The clients' service. */
  String service();

  /**
   * Sends to many and tells each outcome as it comes.
   *
   * @param resultType of the clients' answers; one of another type is {@link
   *     org.streamingcommands.command.Outcome.Failed}
   * @return the summary, once every client that is reached has its outcome. Cancelling it sends to
   *     nobody else; what runs is cancelled where the options say so, and goes on where not
   */
  <R extends Message> CompletableFuture<FleetSummary> sendToMany(
      C command,
      Class<R> resultType,
      Targets targets,
      FleetOptions options,
      FleetListener<R> listener);

  /** Sends to many with the defaults. */
  default <R extends Message> CompletableFuture<FleetSummary> sendToMany(
      C command, Class<R> resultType, Targets targets, FleetListener<R> listener) {
    return sendToMany(command, resultType, targets, FleetOptions.defaults(), listener);
  }
}
