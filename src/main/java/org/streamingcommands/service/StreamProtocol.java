package org.streamingcommands.service;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.Hello;
import org.streamingcommands.connection.Welcome;

/**
 * How the engine's words are said in the messages of a user's own bidi rpc. Three methods are
 * enough: who the client is, what a message means, and how a command is written. The others are
 * left out where the rpc has no such message.
 *
 * <p><b>Threads.</b> One instance serves all streams, on several threads at once: keep no state.
 * Nothing here may block.
 *
 * <p><b>Errors.</b> What {@link #clientId}, {@link #hello} and {@link #read} throw ends the
 * client's stream with INVALID_ARGUMENT and the exception's message, so name the field. What {@link
 * #command} throws ends that command as WRITE_FAILED, and nothing else. What the others throw goes
 * to the service's error callback and leaves the message out.
 *
 * <p><b>Delivery guarantee.</b> At most what the client says: a command is known to be RECEIVED or
 * done only where {@link #read} tells. An rpc without results works too; its senders wait for
 * {@link org.streamingcommands.command.Receipt#SENT} and give their commands a short deadline,
 * because each counts as in flight until then.
 *
 * @param <M> what clients send
 * @param <C> what the server sends
 */
public interface StreamProtocol<M, C> {

  /** The client's id, from the first message of a stream. */
  String clientId(M first);

  /**
   * All that the first message tells. Overridden by an rpc that resumes (instance id, running
   * commands, unconfirmed results) or has labels.
   *
   * @param client the service and {@link #clientId}
   */
  default Hello hello(ClientKey client, M first) {
    return Hello.of(client);
  }

  /**
   * What a message means. The first one is read too, once the client is connected, for an rpc
   * without a message of its own for the hello.
   */
  Inbound read(M message);

  /**
   * Writes a command; its id has to come back with the result.
   *
   * @throws InvalidProtocolBufferException where the payload is not what it claims to be
   */
  C command(Delivery delivery) throws InvalidProtocolBufferException;

  /** The answer to the hello. */
  default Optional<C> welcome(Welcome welcome) {
    return Optional.empty();
  }

  /** Asks the client to stop a command. Without it, a cancel is not confirmed. */
  default Optional<C> cancel(String commandId) {
    return Optional.empty();
  }

  /**
   * Asks for a sign of life, which may be any message. Without it the service's ping-strategy is
   * DISABLED unless it is set, and then a client that has nothing to say for ping-interval +
   * ping-timeout is taken for dead.
   */
  default Optional<C> ping(long nonce) {
    return Optional.empty();
  }

  /** The last word. Without it, the stream ends with a status that says the same. */
  default Optional<C> goodbye(Goodbye goodbye) {
    return Optional.empty();
  }
}
