package org.streamingcommands.connection;

import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The way from a stream to its entity, on this node or on another: what is said comes in its order.
 *
 * @param ref the entity
 * @param post where it goes together with what others say to the entity's node; null where it goes
 *     by itself
 * @param name the entity's, for the post
 */
record EntityLine(ActorRef<ClientConnection.Message> ref, @Nullable NodePost post, String name) {

  /** Straight. */
  static EntityLine to(ActorRef<ClientConnection.Message> ref) {
    return new EntityLine(ref, null, "");
  }

  boolean isRemote() {
    return ref.path().address().hasGlobalScope();
  }

  /** Of an entity on another node. */
  String node() {
    return ref.path().address().hostPort();
  }

  void tell(ClientConnection.FromStream message) {
    if (post == null) {
      ref.tell(message);
    } else {
      post.tell(name, message);
    }
  }

  /** See {@link StreamThread#tellAndRun}. */
  void tellAndRun(ClientConnection.FromStream message) {
    if (post == null) {
      StreamThread.tellAndRun(ref, message);
    } else {
      post.tell(name, message);
    }
  }
}
