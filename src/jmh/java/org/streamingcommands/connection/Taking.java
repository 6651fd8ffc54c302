package org.streamingcommands.connection;

import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.Blackhole;

/** A stream that always takes more. */
record Taking(Blackhole wire, int credits) implements Downlink {
  @Override
  public void attached(ActorRef<ClientConnection.Message> entity, long epoch) {}

  @Override
  public int deliver(Delivery delivery, @Nullable ReplyTo answerTo) {
    wire.consume(delivery);
    return credits;
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
