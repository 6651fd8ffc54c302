package org.streamingcommands.client;

import com.google.protobuf.StringValue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;

/** What the tests of this package send, and how they wait. */
final class Sends {
  private Sends() {}

  static StreamingCommandClient<StringValue> client(CommandClientSettings settings) {
    return StreamingCommandClient.remote(settings, "bots", "bot-1");
  }

  static StreamingCommandClient<StringValue> client(
      CommandClientSettings settings, String clientId) {
    return StreamingCommandClient.remote(settings, "bots", clientId);
  }

  /** One that uses these links and no others. */
  static StreamingCommandClient<StringValue> client(
      ApiLinks links, CommandClientSettings settings, String clientId) {
    return new TypedClient<>(
        StreamingCommandClient.Mode.REMOTE,
        ClientKey.of("bots", clientId),
        settings.callTimeout(),
        new RemoteTransport(settings, () -> links));
  }

  static StringValue say(String text) {
    return StringValue.of(text);
  }

  static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  static Outcome.Undelivered<StringValue> awaitUndelivered(
      CompletableFuture<Outcome<StringValue>> future) throws Exception {
    Outcome<StringValue> outcome = await(future);
    if (outcome instanceof Outcome.Undelivered<StringValue> undelivered) {
      return undelivered;
    }
    throw new AssertionError("expected no outcome of the client, is " + outcome);
  }
}
