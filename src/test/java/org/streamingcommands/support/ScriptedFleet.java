package org.streamingcommands.support;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.StringValue;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.ServerFrame;

/** Many clients that share a few connections, so that thousands fit into one test. */
public final class ScriptedFleet implements AutoCloseable {

  /** What a client does with a command. */
  public enum Habit {
    /** Completes it with its own id. */
    ANSWERS,
    /** Completes it with a large answer. */
    ANSWERS_AT_LENGTH,
    /** Fails it with its own id as the message. */
    FAILS,
    /** Says nothing. */
    IS_SILENT
  }

  /** How long {@link Habit#ANSWERS_AT_LENGTH} is. */
  public static final int LENGTH = 64 << 10;

  private static final ByteString LONG_ANSWER = ByteString.copyFrom(new byte[LENGTH]);

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Map<String, AtomicInteger> commands = new ConcurrentHashMap<>();
  private int next;

  public ScriptedFleet(InetSocketAddress edge, int connections) {
    for (int i = 0; i < connections; i++) {
      channels.add(NettyChannelBuilder.forAddress(edge).usePlaintext().directExecutor().build());
    }
  }

  /** Connects one client and waits for its welcome. */
  public ScriptedFleet with(String clientId, Habit habit, Map<String, String> labels) {
    TestNode.await(connect(clientId, habit, labels));
    return this;
  }

  /** Connects one client and waits for its welcome. */
  public ScriptedFleet with(String clientId, Habit habit) {
    return with(clientId, habit, Map.of());
  }

  /**
   * Connects one client.
   *
   * @return completed when it is welcome
   */
  public CompletableFuture<Void> connect(String clientId, Habit habit, Map<String, String> labels) {
    Client client = new Client(clientId, habit);
    ManagedChannel channel = channels.get(next++ % channels.size());
    client.out = ClientStreamServiceGrpc.newStub(channel).connect(client);
    ClientFrame.Builder hello = ClientFrame.newBuilder();
    hello.getHelloBuilder().setService(TestNode.SERVICE).setClientId(clientId).putAllLabels(labels);
    client.say(hello);
    return client.welcome;
  }

  /** How many commands this client got. */
  public int commandsOf(String clientId) {
    AtomicInteger count = commands.get(clientId);
    return count == null ? 0 : count.get();
  }

  /** How many commands all clients got. */
  public int commands() {
    return commands.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private final class Client implements StreamObserver<ServerFrame> {
    private final CompletableFuture<Void> welcome = new CompletableFuture<>();
    private final String id;
    private final Habit habit;
    private StreamObserver<ClientFrame> out;

    private Client(String id, Habit habit) {
      this.id = id;
      this.habit = habit;
    }

    private synchronized void say(ClientFrame.Builder frame) {
      out.onNext(frame.build());
    }

    @Override
    public void onNext(ServerFrame frame) {
      switch (frame.getFrameCase()) {
        case WELCOME -> welcome.complete(null);
        case COMMAND -> take(frame.getCommand());
        case PING -> {
          ClientFrame.Builder pong = ClientFrame.newBuilder();
          pong.getPongBuilder().setNonce(frame.getPing().getNonce());
          say(pong);
        }
        default -> {}
      }
    }

    private void take(CommandDelivery command) {
      commands.computeIfAbsent(id, any -> new AtomicInteger()).incrementAndGet();
      ClientFrame.Builder frame = ClientFrame.newBuilder();
      var result = frame.getResultBuilder().setCommandId(command.getCommandId());
      switch (habit) {
        case ANSWERS -> result.getCompletedBuilder().setResult(Any.pack(StringValue.of(id)));
        case ANSWERS_AT_LENGTH ->
            result.getCompletedBuilder().setResult(Any.pack(BytesValue.of(LONG_ANSWER)));
        case FAILS -> result.getFailedBuilder().setCode("BROKEN").setMessage(id);
        case IS_SILENT -> {
          return;
        }
      }
      say(frame);
    }

    @Override
    public void onError(Throwable error) {
      welcome.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      welcome.completeExceptionally(new IllegalStateException("ended"));
    }
  }
}
