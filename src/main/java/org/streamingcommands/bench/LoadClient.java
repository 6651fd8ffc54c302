package org.streamingcommands.bench;

import io.grpc.Attributes;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.Completed;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.grpc.v1.Pong;
import org.streamingcommands.grpc.v1.ResultBatch;
import org.streamingcommands.grpc.v1.ServerFrame;

/**
 * A client on a connection of its own. It acknowledges every command on the event loop and does
 * nothing else, so that the cores are the server's: the agent SDK would do the same work for every
 * contender and blur what they differ in.
 */
final class LoadClient implements ClientResponseObserver<ClientFrame, ServerFrame>, AutoCloseable {
  /**
   * The least that HTTP/2 allows to begin with: one that reads nothing holds up its sender soon.
   */
  private static final int SMALL_WINDOW = 65_535;

  private static final long END_SECONDS = 5;

  private static final Completed DONE = Completed.getDefaultInstance();

  private final ManagedChannel channel;
  private final boolean reads;
  private final CompletableFuture<Void> welcomed = new CompletableFuture<>();

  // Set before the call starts.
  private ClientCallStreamObserver<ClientFrame> server;

  private LoadClient(ManagedChannel channel, boolean reads) {
    this.channel = channel;
    this.reads = reads;
  }

  /**
   * @param source the address of this machine that it comes from; null: whichever
   * @param tls whom it trusts; null: it connects in the clear
   */
  static LoadClient connect(
      String edge, String clientId, @Nullable InetSocketAddress source, @Nullable SslContext tls) {
    NettyChannelBuilder channel = channel(edge);
    if (tls != null) {
      channel.useTransportSecurity().sslContext(tls);
    }
    if (source != null) {
      channel.localSocketPicker(new From(source));
    }
    return connect(channel, clientId, true);
  }

  /** Always the same address. */
  private static final class From extends NettyChannelBuilder.LocalSocketPicker {
    private final InetSocketAddress source;

    private From(InetSocketAddress source) {
      this.source = source;
    }

    @Override
    public SocketAddress createSocketAddress(SocketAddress remote, Attributes attributes) {
      return source;
    }
  }

  /** One that reads its welcome and then nothing more, while its connection stays open. */
  static LoadClient connectStalled(String edge) {
    return connect(channel(edge).flowControlWindow(SMALL_WINDOW), Sender.STALLED, false);
  }

  private static NettyChannelBuilder channel(String edge) {
    return NettyChannelBuilder.forTarget(edge).usePlaintext().directExecutor();
  }

  private static LoadClient connect(NettyChannelBuilder channel, String clientId, boolean reads) {
    LoadClient client = new LoadClient(channel.build(), reads);
    ClientStreamServiceGrpc.newStub(client.channel).connect(client);
    client.server.onNext(
        ClientFrame.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setService(Sender.SERVICE)
                    .setClientId(clientId)
                    .setBatches(true))
            .build());
    return client;
  }

  /** Completes when the server took it in; fails when the stream ends. */
  CompletableFuture<Void> welcomed() {
    return welcomed;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ClientFrame> requests) {
    server = requests;
    if (!reads) {
      requests.disableAutoRequestWithInitial(1);
    }
  }

  @Override
  public void onNext(ServerFrame frame) {
    switch (frame.getFrameCase()) {
      case COMMAND ->
          server.onNext(ClientFrame.newBuilder().setResult(done(frame.getCommand())).build());
      case COMMANDS -> server.onNext(done(frame.getCommands().getCommandsList()));
      case PING ->
          server.onNext(
              ClientFrame.newBuilder()
                  .setPong(Pong.newBuilder().setNonce(frame.getPing().getNonce()))
                  .build());
      case WELCOME -> welcomed.complete(null);
      default -> {}
    }
  }

  private static ClientFrame done(List<CommandDelivery> commands) {
    ResultBatch.Builder results = ResultBatch.newBuilder();
    for (CommandDelivery command : commands) {
      results.addResults(done(command));
    }
    return ClientFrame.newBuilder().setResults(results).build();
  }

  private static CommandResult done(CommandDelivery command) {
    return CommandResult.newBuilder()
        .setCommandId(command.getCommandId())
        .setCompleted(DONE)
        .build();
  }

  @Override
  public void onError(Throwable error) {
    welcomed.completeExceptionally(error);
  }

  @Override
  public void onCompleted() {
    welcomed.completeExceptionally(new IllegalStateException("the server ended the stream"));
  }

  /** Waits a moment until its connection is closed. */
  void awaitEnd() throws InterruptedException {
    channel.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
