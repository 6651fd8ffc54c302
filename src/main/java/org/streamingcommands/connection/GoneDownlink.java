package org.streamingcommands.connection;

import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** Stands for a stream that ended before its entity could speak to it. */
record GoneDownlink(StreamRef stream) implements Downlink {

  @Override
  public void attached(ActorRef<ClientConnection.Message> entity, long epoch) {
    entity.tell(new ClientConnection.Detach(stream, false));
  }

  @Override
  public int deliver(Delivery delivery, @Nullable ReplyTo answerTo) {
    return NOT_WRITTEN;
  }

  @Override
  public void cancel(String commandId) {}

  @Override
  public void confirmed(long results) {}

  @Override
  public void goodbye(Goodbye goodbye) {}

  @Override
  public void reject(Rejection rejection) {}

  @Override
  public void introduceAgain(int inherited) {}

  @Override
  public long lastHeard() {
    return 0;
  }
}
