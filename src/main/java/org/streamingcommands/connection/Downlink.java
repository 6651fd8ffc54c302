package org.streamingcommands.connection;

import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** What an entity can say to the stream of its client. No call blocks. */
interface Downlink {
  /** The answer of {@link #deliver} where the stream had ended and nothing was written. */
  int NOT_WRITTEN = -1;

  /** The stream is this entity's now; what it hears goes to {@code entity}. */
  void attached(ActorRef<ClientConnection.Message> entity, long epoch);

  /**
   * Writes a command.
   *
   * @param answerTo a sender of another node, which may be told the result before the entity is;
   *     null for nobody
   * @return how many more may be written now, or {@link #NOT_WRITTEN}
   * @throws RuntimeException where it cannot be encoded; then nothing was written
   */
  int deliver(Delivery delivery, @Nullable ReplyTo answerTo);

  void cancel(String commandId);

  /** So many results of this session were taken over. */
  void confirmed(long results);

  /**
   * Of the results that the stream told, only so many came in turn: it tells the others again.
   * Within one node none is lost.
   */
  default void resultsMissed(long taken) {}

  void goodbye(Goodbye goodbye);

  void reject(Rejection rejection);

  /**
   * The stream shall introduce itself again: its entity has forgotten it, or moves.
   *
   * @param inherited how many messages it left to the next one
   */
  void introduceAgain(int inherited);

  /** The largest command that can travel to the stream. */
  default int largestCommand() {
    return Integer.MAX_VALUE;
  }

  /** The stream's thread, where it is on this node and has one; see {@link StreamThread}. */
  default @Nullable Executor thread() {
    return null;
  }

  /** When the client was last heard of, in milliseconds of the wall clock. */
  long lastHeard();
}
