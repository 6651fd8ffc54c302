package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.grpc.v1.Welcome;

/** The server's side of one stream. */
final class ScriptedStream {
  private final StreamObserver<ServerFrame> down;
  private final BlockingQueue<ClientFrame> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<String> end = new CompletableFuture<>();

  private volatile boolean welcomesOnHello;

  ScriptedStream(StreamObserver<ServerFrame> down) {
    this.down = down;
  }

  StreamObserver<ClientFrame> inbound() {
    return new StreamObserver<>() {
      @Override
      public void onNext(ClientFrame frame) {
        frames.add(frame);
        if (frame.hasHello() && welcomesOnHello) {
          welcome(1);
        }
      }

      @Override
      public void onError(Throwable error) {
        end.complete("broken");
      }

      @Override
      public void onCompleted() {
        end.complete("half-closed");
        try {
          down.onCompleted();
        } catch (IllegalStateException e) {
          // The test ended the stream first.
          assertThat(e).hasMessageContaining("already");
        }
      }
    };
  }

  ClientFrame next() {
    return ScriptedEdge.take(frames);
  }

  Hello hello() {
    ClientFrame frame = next();
    assertThat(frame.hasHello()).as(frame.toString()).isTrue();
    return frame.getHello();
  }

  CommandResult result() {
    ClientFrame frame = next();
    assertThat(frame.hasResult()).as(frame.toString()).isTrue();
    return frame.getResult();
  }

  void expectReceipt(String id) {
    ClientFrame frame = next();
    assertThat(frame.getReceipt().getCommandIdsList()).as(frame.toString()).containsExactly(id);
  }

  /** Nothing came before this moment: the pong to a ping that is sent now is the next frame. */
  void expectNothingMore() {
    ping(4711, 0);
    assertThat(next().getPong().getNonce()).isEqualTo(4711);
  }

  /** "half-closed" or "broken". */
  String end() throws Exception {
    return end.get(ScriptedEdge.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  void welcome(long epoch) {
    welcome(Welcome.newBuilder().setSessionId("session-" + epoch).setEpoch(epoch).build());
  }

  void welcome(Welcome welcome) {
    send(ServerFrame.newBuilder().setWelcome(welcome));
  }

  void command(String id, String text) {
    command(id, StringValue.of(text));
  }

  void command(String id, Message message) {
    command(delivery(id, message));
  }

  void command(CommandDelivery.Builder delivery) {
    send(ServerFrame.newBuilder().setCommand(delivery));
  }

  static CommandDelivery.Builder delivery(String id, Message message) {
    return CommandDelivery.newBuilder()
        .setCommandId(id)
        .setPayload(message instanceof Any any ? any : Any.pack(message))
        .setDeadline(Wire.timestamp(Instant.now().plusSeconds(3600)));
  }

  void cancel(String id) {
    var frame = ServerFrame.newBuilder();
    frame.getCancelBuilder().setCommandId(id);
    send(frame);
  }

  void ping(long nonce, long confirmed) {
    var frame = ServerFrame.newBuilder();
    frame.getPingBuilder().setNonce(nonce).setResultsConfirmed(confirmed);
    send(frame);
  }

  void goodbye(GoodbyeReason reason, java.time.Duration delay) {
    var frame = ServerFrame.newBuilder();
    Duration reconnect = Wire.duration(delay);
    frame.getGoodbyeBuilder().setReason(reason).setReconnectDelay(reconnect).setMessage("so long");
    send(frame);
  }

  void send(ServerFrame.Builder frame) {
    synchronized (down) {
      down.onNext(frame.build());
    }
  }

  void welcomeOnHello() {
    welcomesOnHello = true;
  }

  void readOnlyTheHello() {
    var call = (ServerCallStreamObserver<ServerFrame>) down;
    call.disableAutoRequest();
    call.request(1);
  }

  void read() {
    ((ServerCallStreamObserver<ServerFrame>) down).request(Integer.MAX_VALUE);
  }

  void complete() {
    down.onCompleted();
  }

  void fail(Status status) {
    down.onError(status.asRuntimeException());
  }
}
