package org.streamingcommands.support;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.CommandCancel;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.Goodbye;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.grpc.v1.TokenRenewed;
import org.streamingcommands.grpc.v1.Welcome;

/** A client on a real connection that does only what the test says, but for its pongs. */
public final class ScriptedClient implements AutoCloseable {
  private final ManagedChannel channel;
  private final BlockingQueue<ServerFrame> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private volatile ClientCallStreamObserver<ClientFrame> out;
  private volatile boolean answersPings = true;
  private volatile Welcome welcome = Welcome.getDefaultInstance();

  public static ScriptedClient dial(InetSocketAddress edge) {
    return new ScriptedClient(NettyChannelBuilder.forAddress(edge).usePlaintext(), "", true);
  }

  /**
   * One that shows something of itself.
   *
   * @param token empty for none
   */
  public static ScriptedClient dial(
      InetSocketAddress edge, ChannelCredentials transport, String token) {
    return new ScriptedClient(
        NettyChannelBuilder.forAddress("127.0.0.1", edge.getPort(), transport), token, true);
  }

  /** One that reads nothing until {@link #read} is called. */
  public static ScriptedClient dialWithoutReading(InetSocketAddress edge) {
    return new ScriptedClient(NettyChannelBuilder.forAddress(edge).usePlaintext(), "", false);
  }

  private ScriptedClient(NettyChannelBuilder dialling, String token, boolean reads) {
    channel =
        dialling.directExecutor().flowControlWindow(65_535).maxInboundMessageSize(16 << 20).build();
    Metadata headers = new Metadata();
    if (!token.isEmpty()) {
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    }
    ClientStreamServiceGrpc.newStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .connect(
            new ClientResponseObserver<ClientFrame, ServerFrame>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<ClientFrame> observer) {
                out = observer;
                if (!reads) {
                  observer.disableAutoRequestWithInitial(0);
                }
              }

              @Override
              public void onNext(ServerFrame frame) {
                hear(frame);
              }

              @Override
              public void onError(Throwable error) {
                ended.complete(Status.fromThrowable(error));
              }

              @Override
              public void onCompleted() {
                ended.complete(Status.OK);
              }
            });
  }

  private void hear(ServerFrame frame) {
    if (frame.hasPing() && answersPings) {
      ClientFrame.Builder pong = ClientFrame.newBuilder();
      pong.getPongBuilder().setNonce(frame.getPing().getNonce());
      send(pong);
    }
    frames.add(frame);
  }

  public ScriptedClient withoutPongs() {
    answersPings = false;
    return this;
  }

  /** Lets so many frames in. */
  public void read(int count) {
    out.request(count);
  }

  public synchronized ScriptedClient send(ClientFrame.Builder frame) {
    out.onNext(frame.build());
    return this;
  }

  public ScriptedClient hello(String service, String clientId) {
    return hello(Hello.newBuilder().setService(service).setClientId(clientId));
  }

  public ScriptedClient hello(Hello.Builder hello) {
    return send(ClientFrame.newBuilder().setHello(hello));
  }

  public ScriptedClient received(String commandId) {
    ClientFrame.Builder frame = ClientFrame.newBuilder();
    frame.getReceiptBuilder().addCommandIds(commandId);
    return send(frame);
  }

  public ScriptedClient progress(String commandId, int percent) {
    ClientFrame.Builder frame = ClientFrame.newBuilder();
    frame.getProgressBuilder().setCommandId(commandId).getProgressBuilder().setPercent(percent);
    return send(frame);
  }

  public ScriptedClient complete(String commandId, String answer) {
    return complete(commandId, StringValue.of(answer));
  }

  public ScriptedClient complete(String commandId, Message answer) {
    ClientFrame.Builder frame = ClientFrame.newBuilder();
    frame
        .getResultBuilder()
        .setCommandId(commandId)
        .getCompletedBuilder()
        .setResult(Any.pack(answer));
    return send(frame);
  }

  public ScriptedClient fail(String commandId, String code) {
    ClientFrame.Builder frame = ClientFrame.newBuilder();
    frame.getResultBuilder().setCommandId(commandId).getFailedBuilder().setCode(code);
    return send(frame);
  }

  public ScriptedClient cancelled(String commandId) {
    ClientFrame.Builder frame = ClientFrame.newBuilder();
    frame.getResultBuilder().setCommandId(commandId).getCancelledBuilder().setMessage("stopped");
    return send(frame);
  }

  public Welcome awaitWelcome() {
    welcome = await(ServerFrame::hasWelcome).getWelcome();
    return welcome;
  }

  public long epoch() {
    return welcome.getEpoch();
  }

  public ScriptedClient renew(String token) {
    ClientFrame.Builder frame = ClientFrame.newBuilder();
    frame.getTokenRenewalBuilder().setToken(token);
    return send(frame);
  }

  public TokenRenewed awaitRenewed() {
    return await(ServerFrame::hasTokenRenewed).getTokenRenewed();
  }

  public CommandDelivery awaitCommand() {
    return await(ServerFrame::hasCommand).getCommand();
  }

  public CommandCancel awaitCancel() {
    return await(ServerFrame::hasCancel).getCancel();
  }

  public Goodbye awaitGoodbye() {
    return await(ServerFrame::hasGoodbye).getGoodbye();
  }

  public long awaitPing() {
    return await(ServerFrame::hasPing).getPing().getNonce();
  }

  /** The status with which the stream ended. */
  public Status awaitEnd() {
    return TestNode.await(ended);
  }

  public boolean hasEnded() {
    return ended.isDone();
  }

  /** The commands that arrived and that nobody awaited yet. */
  public int unreadCommands() {
    return (int) frames.stream().filter(ServerFrame::hasCommand).count();
  }

  private ServerFrame await(Predicate<ServerFrame> kind) {
    long until = System.nanoTime() + TestNode.PATIENCE.toNanos();
    try {
      while (true) {
        long left = until - System.nanoTime();
        ServerFrame frame = frames.poll(Math.max(1, left), TimeUnit.NANOSECONDS);
        if (frame == null) {
          throw new AssertionError(
              "the frame did not come"
                  + (ended.isDone() ? "; the stream ended: " + ended.join() : ""));
        }
        if (kind.test(frame)) {
          return frame;
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Says in order that it leaves. */
  public void leave() {
    out.onCompleted();
  }

  /** Breaks the stream as a crash would, but with a reset. */
  public void cut() {
    out.cancel("cut by the test", null);
    channel.shutdownNow();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
