package org.streamingcommands.api;

import com.google.protobuf.Any;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.ClientSession;
import org.streamingcommands.connection.ClientStream;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.Hello;
import org.streamingcommands.connection.Rejection;
import org.streamingcommands.connection.Welcome;
import org.streamingcommands.support.TestNode;

/** A connected client in this JVM that answers every command with its payload, or holds them. */
final class EchoBot implements ClientStream {
  private final CompletableFuture<Welcome> welcome = new CompletableFuture<>();
  private final AtomicInteger delivered = new AtomicInteger();
  private final boolean answers;
  private final ClientSession session;

  static EchoBot connect(Connections connections, String clientId) {
    return new EchoBot(connections, clientId, true);
  }

  /** One that takes commands and never answers. */
  static EchoBot connectMute(Connections connections, String clientId) {
    return new EchoBot(connections, clientId, false);
  }

  static EchoBot connect(Connections connections, String clientId, Map<String, String> labels) {
    return new EchoBot(connections, clientId, true, labels);
  }

  private EchoBot(Connections connections, String clientId, boolean answers) {
    this(connections, clientId, answers, Map.of());
  }

  private EchoBot(
      Connections connections, String clientId, boolean answers, Map<String, String> labels) {
    this.answers = answers;
    session = connections.open(this);
    ClientKey client = ClientKey.of(TestNode.SERVICE, clientId);
    session.hello(new Hello(client, "", labels, "", 0, Set.of(), List.of()));
    TestNode.await(welcome);
  }

  /** Ends its stream, as a client does that leaves. */
  void leave() {
    session.closed(false, "left");
  }

  int delivered() {
    return delivered.get();
  }

  void complete(String commandId, Any answer) {
    session.result(commandId, new Outcome.Completed<>(answer));
  }

  @Override
  public void welcome(Welcome said) {
    welcome.complete(said);
  }

  @Override
  public int deliver(Delivery delivery) {
    delivered.incrementAndGet();
    if (answers) {
      complete(delivery.command().id(), delivery.command().payload());
    }
    return 1024;
  }

  @Override
  public void cancel(String commandId) {}

  @Override
  public void ping(long nonce, long resultsConfirmed) {
    session.pong();
  }

  @Override
  public void goodbye(Goodbye goodbye) {}

  @Override
  public void reject(Rejection rejection) {}
}
