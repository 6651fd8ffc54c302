package org.streamingcommands.connection;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** A stream that takes as many commands as the test allows, and records them. */
final class RecordingDownlink implements Downlink {
  final List<String> delivered = new ArrayList<>();
  final List<String> redelivered = new ArrayList<>();
  final List<String> cancelled = new ArrayList<>();
  final List<@Nullable ReplyTo> answeredByStream = new ArrayList<>();
  final List<Goodbye.Cause> goodbyes = new ArrayList<>();
  long confirmed;
  int credits;
  boolean refusesToEncode;
  boolean hasEnded;

  RecordingDownlink(int credits) {
    this.credits = credits;
  }

  @Override
  public void attached(ActorRef<ClientConnection.Message> entity, long epoch) {}

  @Override
  public int deliver(Delivery delivery, @Nullable ReplyTo answerTo) {
    if (refusesToEncode) {
      throw new IllegalStateException("no such field");
    }
    if (hasEnded) {
      return NOT_WRITTEN;
    }
    answeredByStream.add(answerTo);
    (delivery.redelivered() ? redelivered : delivered).add(delivery.command().id());
    credits = Math.max(credits - 1, 0);
    return credits;
  }

  @Override
  public void cancel(String commandId) {
    cancelled.add(commandId);
  }

  @Override
  public void confirmed(long results) {
    confirmed = results;
  }

  @Override
  public void goodbye(Goodbye goodbye) {
    goodbyes.add(goodbye.cause());
  }

  @Override
  public void reject(Rejection rejection) {}

  @Override
  public void introduceAgain(int inherited) {}

  @Override
  public long lastHeard() {
    return 0;
  }
}
