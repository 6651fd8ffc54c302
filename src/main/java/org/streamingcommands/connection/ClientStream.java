package org.streamingcommands.connection;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The outbound half of a live stream, on the node that holds the socket. There are two kinds: the
 * edge's, and a user's own service's. The engine calls it from several threads, one call at a time;
 * no call may block, and a call after the end of the stream does nothing.
 */
public interface ClientStream {

  /** Tells the client that it is connected. Commands follow, and inbound frames may be read. */
  void welcome(Welcome welcome);

  /**
   * Writes a command.
   *
   * @return how many more the transport takes now. After an answer of 0 the stream calls {@link
   *     ClientSession#credits} once it takes more
   * @throws RuntimeException where the command cannot be encoded; then nothing was written
   */
  int deliver(Delivery delivery);

  /** Asks the client to stop a command. */
  void cancel(String commandId);

  /** Asks the client for a sign of life. Left out while the transport takes nothing. */
  void ping(long nonce, long resultsConfirmed);

  /** Says the last word and ends the stream. */
  void goodbye(Goodbye goodbye);

  /** Ends the stream with an error. */
  void reject(Rejection rejection);

  /** The one thread of its transport; null where there is none that is always the same. */
  default @Nullable Executor thread() {
    return null;
  }
}
