package org.streamingcommands.bench;

import com.google.protobuf.Any;
import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.CommandIds;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.grpc.v1.Welcome;

/**
 * What one writes in an afternoon, to measure ours against: a stream for each client and a future
 * for each command, in two maps. It speaks the same frames, so that clients and bytes are the same,
 * and promises nothing: no deadline is kept, nothing is bounded, an ask whose client goes away
 * stays for ever.
 */
final class Floor extends ClientStreamServiceGrpc.ClientStreamServiceImplBase implements Sender {
  /** Logs a stack trace for every stream that ends with frames unread. Held: loggers are weak. */
  private static final Logger NOISE =
      Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler");

  private static final Outcome<Empty> DONE = new Outcome.Completed<>(Empty.getDefaultInstance());
  private static final Outcome<Empty> NOBODY =
      new Outcome.Undelivered<>(Reason.NOT_CONNECTED, Certainty.NOT_SENT, "no such client");

  private final ConcurrentHashMap<String, StreamObserver<ServerFrame>> streams =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, CompletableFuture<Outcome<Empty>>> pending =
      new ConcurrentHashMap<>();

  private Floor() {}

  /** Listens on loopback for as long as the process lives. */
  static Floor start(ServerCredentials credentials, Consumer<InetSocketAddress> listening)
      throws IOException {
    NOISE.setLevel(Level.SEVERE);
    Floor floor = new Floor();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Server server =
        NettyServerBuilder.forAddress(any, credentials)
            .directExecutor()
            .addService(floor)
            .addService(new FloorApi(floor))
            .build()
            .start();
    listening.accept((InetSocketAddress) server.getListenSockets().get(0));
    return floor;
  }

  @Override
  public Target to(String clientId, Duration timeout) {
    return command -> ask(clientId, command, timeout);
  }

  private CompletableFuture<Outcome<Empty>> ask(
      String clientId, BytesValue command, Duration timeout) {
    StreamObserver<ServerFrame> stream = streams.get(clientId);
    if (stream == null) {
      return CompletableFuture.completedFuture(NOBODY);
    }
    String id = CommandIds.next();
    CompletableFuture<Outcome<Empty>> outcome = new CompletableFuture<>();
    pending.put(id, outcome);
    ServerFrame frame = frame(id, command, timeout);
    // A stream takes one caller at a time.
    synchronized (stream) {
      stream.onNext(frame);
    }
    return outcome;
  }

  private static ServerFrame frame(String id, BytesValue command, Duration timeout) {
    return ServerFrame.newBuilder()
        .setCommand(
            CommandDelivery.newBuilder()
                .setCommandId(id)
                .setPayload(Any.pack(command))
                .setDeadline(Wire.timestamp(Instant.now().plus(timeout)))
                .setTimeLeft(Wire.duration(timeout)))
        .build();
  }

  @Override
  public void forget() {
    pending.clear();
  }

  @Override
  public StreamObserver<ClientFrame> connect(StreamObserver<ServerFrame> stream) {
    // With a handler, what is written to a stream that is gone is dropped instead of thrown.
    ((ServerCallStreamObserver<ServerFrame>) stream).setOnCancelHandler(() -> {});
    return new StreamObserver<>() {
      private String clientId = "";

      @Override
      public void onNext(ClientFrame frame) {
        switch (frame.getFrameCase()) {
          case HELLO -> {
            clientId = frame.getHello().getClientId();
            stream.onNext(
                ServerFrame.newBuilder().setWelcome(Welcome.newBuilder().setEpoch(1)).build());
            streams.put(clientId, stream);
          }
          case RESULT -> {
            var outcome = pending.remove(frame.getResult().getCommandId());
            if (outcome != null) {
              outcome.complete(DONE);
            }
          }
          default -> {}
        }
      }

      @Override
      public void onError(Throwable error) {
        streams.remove(clientId, stream);
      }

      @Override
      public void onCompleted() {
        streams.remove(clientId, stream);
        stream.onCompleted();
      }
    };
  }
}
