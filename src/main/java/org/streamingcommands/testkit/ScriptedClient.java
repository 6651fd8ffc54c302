package org.streamingcommands.testkit;

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
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.CommandCancel;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.Goodbye;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.grpc.v1.TokenRenewed;
import org.streamingcommands.grpc.v1.Welcome;

/**
 * A client on a real connection that does only what the test says, but for its pongs. It speaks the
 * proto by plain grpc-java and keeps no promise of its own, so a test can break each. Every frame
 * that comes is kept until an {@code await} method takes it; one that waits in vain throws an
 * {@link AssertionError} after its patience.
 */
public final class ScriptedClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** HTTP/2's default; a small one makes back-pressure quick to show. */
  private static final int WINDOW_BYTES = 65_535;

  private static final int MAX_FRAME_BYTES = 16 << 20;

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;
  private final Stream stream = new Stream();
  private final BlockingQueue<ServerFrame> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final boolean reads;
  private volatile boolean answersPings = true;
  private volatile Welcome welcome = Welcome.getDefaultInstance();

  /** Dials and says nothing yet. */
  public static ScriptedClient dial(InetSocketAddress edge) {
    return new ScriptedClient(plain(edge), "", true);
  }

  /**
   * Dials an edge on this machine and shows something of itself.
   *
   * @param token for the header; empty for none
   */
  public static ScriptedClient dial(
      InetSocketAddress edge, ChannelCredentials transport, String token) {
    return new ScriptedClient(
        NettyChannelBuilder.forAddress("127.0.0.1", edge.getPort(), transport), token, true);
  }

  /** One that reads nothing until {@link #read} is called. */
  public static ScriptedClient dialWithoutReading(InetSocketAddress edge) {
    return new ScriptedClient(plain(edge), "", false);
  }

  private static NettyChannelBuilder plain(InetSocketAddress edge) {
    return NettyChannelBuilder.forAddress(edge).usePlaintext();
  }

  private ScriptedClient(NettyChannelBuilder dialling, String token, boolean reads) {
    this.reads = reads;
    channel =
        dialling
            .directExecutor()
            .flowControlWindow(WINDOW_BYTES)
            .maxInboundMessageSize(MAX_FRAME_BYTES)
            .build();
    Metadata headers = new Metadata();
    if (!token.isEmpty()) {
      headers.put(AUTHORIZATION, "Bearer " + token);
    }
    ClientStreamServiceGrpc.newStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .connect(stream);
  }

  private void hear(ServerFrame frame) {
    if (frame.hasPing() && answersPings) {
      ClientFrame.Builder pong = ClientFrame.newBuilder();
      pong.getPongBuilder().setNonce(frame.getPing().getNonce());
      send(pong);
    }
    frames.add(frame);
  }

  /** From now on pings are left unanswered. */
  public ScriptedClient withoutPongs() {
    answersPings = false;
    return this;
  }

  /** Lets so many frames in. */
  public void read(int count) {
    stream.out().request(count);
  }

  // ---- what the client says -----------------------------------------------------------------

  /** Any frame at all, right or wrong. */
  public synchronized ScriptedClient send(ClientFrame.Builder frame) {
    stream.out().onNext(frame.build());
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

  /** Says in order that it leaves. */
  public void leave() {
    stream.out().onCompleted();
  }

  /** Breaks the stream as a crash would, but with a reset. */
  public void cut() {
    stream.out().cancel("cut by the test", null);
    channel.shutdownNow();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  // ---- what the client hears ----------------------------------------------------------------

  /** The next frame of any kind, but for pings. */
  public ServerFrame awaitFrame() {
    return await(frame -> !frame.hasPing());
  }

  public Welcome awaitWelcome() {
    welcome = await(ServerFrame::hasWelcome).getWelcome();
    return welcome;
  }

  /** The epoch of the last welcome that was awaited; 0 before. */
  public long epoch() {
    return welcome.getEpoch();
  }

  /** Shows a newer token on the open stream. */
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

  /** The ping's nonce. */
  public long awaitPing() {
    return await(ServerFrame::hasPing).getPing().getNonce();
  }

  /** The status with which the stream ended. */
  public Status awaitEnd() {
    try {
      return ended.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new AssertionError("the stream did not end within " + PATIENCE, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  public boolean hasEnded() {
    return ended.isDone();
  }

  /** The commands that arrived and that nobody awaited yet. */
  public int unreadCommands() {
    return (int) frames.stream().filter(ServerFrame::hasCommand).count();
  }

  /** The next frame of this kind; those before it are dropped. */
  private ServerFrame await(Predicate<ServerFrame> kind) {
    long until = System.nanoTime() + PATIENCE.toNanos();
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
      throw interrupted(e);
    }
  }

  private static AssertionError interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted", e);
  }

  /** The call; grpc-java hands its outbound half over before the call starts. */
  private final class Stream implements ClientResponseObserver<ClientFrame, ServerFrame> {
    private volatile @Nullable ClientCallStreamObserver<ClientFrame> out;

    ClientCallStreamObserver<ClientFrame> out() {
      ClientCallStreamObserver<ClientFrame> opened = out;
      if (opened == null) {
        throw new IllegalStateException("the call has not started");
      }
      return opened;
    }

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
  }
}
