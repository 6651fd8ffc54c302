package org.streamingcommands.service;

import java.util.function.BiConsumer;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Graph;
import org.apache.pekko.stream.javadsl.Source;
import org.streamingcommands.connection.PingStrategy;

/**
 * A service that speaks a user's own bidi rpc. The body of the generated handler's method is one
 * line:
 *
 * <pre>{@code
 * public Source<Down, NotUsed> connect(Source<Up, NotUsed> in) {
 *   return service.connect(in);
 * }
 * }</pre>
 *
 * <p><b>Life.</b> A stream registers when it is materialised and deregisters when either side of it
 * ends; only {@link Inbound.Signal#LEAVING} says that the client will not resume.
 *
 * <p><b>What is buffered.</b> Per client: 64 frames and 256 KiB on their way to the transport, then
 * the engine's queue; and 16 messages on their way to the handler, then the stream is read no
 * further.
 *
 * <p><b>Errors.</b> A message that breaks the protocol ends its own stream with INVALID_ARGUMENT
 * and names the problem. Bytes that are no message at all are found before this service sees them;
 * behind the generated handler that may cost the client's TCP connection, behind {@link GuardedRpc}
 * its call.
 *
 * @param <M> what clients send
 * @param <C> what the server sends
 */
public final class StreamingService<M, C> extends ClientService {

  /** Builds a service with an rpc of its own. */
  public static final class Builder<M, C> extends ServiceBuilder<Builder<M, C>> {
    private final StreamProtocol<M, C> protocol;
    private BiConsumer<String, M> onMessage = (clientId, message) -> {};

    private Builder(ActorSystem<?> system, String name, StreamProtocol<M, C> protocol) {
      super(system, name);
      this.protocol = protocol;
    }

    @Override
    Builder<M, C> self() {
      return this;
    }

    /** Given what {@link StreamProtocol#read} calls a message: the client's id, and the message. */
    public Builder<M, C> onMessage(BiConsumer<String, M> callback) {
      onMessage = callback;
      return this;
    }

    public StreamingService<M, C> build() {
      if (protocol.ping(0).isEmpty()) {
        // A client that is never asked need not say anything, and must not be taken for dead.
        settingUnlessSet("ping-strategy", PingStrategy.DISABLED.name());
      }
      return new StreamingService<>(parts(), protocol, onMessage);
    }
  }

  private final ClientStreamStage<M, C> stage;

  /**
   * @throws IllegalArgumentException for a name that breaks its rule
   */
  public static <M, C> Builder<M, C> builder(
      ActorSystem<?> system, String name, StreamProtocol<M, C> protocol) {
    return new Builder<>(system, name, protocol);
  }

  private StreamingService(
      Parts parts, StreamProtocol<M, C> protocol, BiConsumer<String, M> onMessage) {
    super(parts);
    ServiceCallbacks callbacks = parts.callbacks();
    this.stage =
        new ClientStreamStage<>(
            connections(),
            parts.name(),
            protocol,
            new ClientStreamStage.MessageHandler<>() {
              @Override
              public void message(String clientId, M message, Runnable taken) {
                callbacks.message(clientId, () -> onMessage.accept(clientId, message), taken);
              }

              @Override
              public void failed(String clientId, Throwable error) {
                callbacks.failed(clientId, error);
              }
            });
  }

  /**
   * One client's stream. Nothing happens before the answer is materialised; it is materialised as
   * part of the rpc's own stream, without an actor or a queue of its own.
   */
  public Source<C, NotUsed> connect(Source<M, NotUsed> in) {
    return in.via(stage);
  }

  /** What {@link #connect} puts between the two directions. */
  Graph<FlowShape<M, C>, NotUsed> stage() {
    return stage;
  }
}
