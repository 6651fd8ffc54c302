package org.streamingcommands.connection;

import com.google.protobuf.Any;
import org.streamingcommands.command.ClientKey;

/**
 * Hears what happens to the clients of one service on this node. Called on transport and engine
 * threads; an implementation hands over to its own executor and returns at once.
 */
public interface ServiceObserver {

  /** Hears nothing, and drops what clients say. */
  ServiceObserver NONE = new ServiceObserver() {};

  /** A client's stream became its connection. */
  default void connected(ConnectedClient client) {}

  /** It is its connection no more. */
  default void disconnected(ClientKey client, String sessionId, String why) {}

  /**
   * An application message of the client.
   *
   * @param taken to be called once there is room for the next; the stream reads no further before
   */
  default void event(ClientKey client, Any payload, Runnable taken) {
    taken.run();
  }
}
