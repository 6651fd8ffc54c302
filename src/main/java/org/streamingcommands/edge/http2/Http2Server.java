package org.streamingcommands.edge.http2;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Connection;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Settings;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Listens, and gives each connection to one of its loops. Its loops are the caller's to stop, after
 * it.
 */
public final class Http2Server extends Server {
  /** What a caller may send on a stream before any of it is taken; as grpc-java's server has it. */
  static final int WINDOW_BYTES = 1 << 20;

  /** How much of its window a caller has used when it is given more. */
  private static final float WINDOW_UPDATE_RATIO = 0.5f;

  private final ServerSettings settings;
  private final EventLoops loops;
  private final @Nullable SslContext tls;
  private final List<ServerServiceDefinition> all;
  private final Services services;
  private final AtomicInteger open = new AtomicInteger();
  private final CompletableFuture<Void> terminated = new CompletableFuture<>();
  private volatile @Nullable Channel listening;
  private volatile boolean isShutdown;

  /**
   * @param bare called as they are, without a {@link io.grpc.Context} that every message would have
   *     to be put into
   * @param services all others
   * @param tls null for connections in the clear
   */
  public Http2Server(
      ServerSettings settings,
      EventLoops loops,
      List<ServerServiceDefinition> bare,
      List<ServerServiceDefinition> services,
      @Nullable SslContext tls) {
    this.settings = settings;
    this.loops = loops;
    this.tls = tls;
    this.all = Stream.concat(bare.stream(), services.stream()).toList();
    CallContext context = new CallContext(this);
    this.services =
        new Services(
            Stream.concat(
                    bare.stream(),
                    services.stream().map(one -> ServerInterceptors.intercept(one, context)))
                .toList());
  }

  @Override
  public Http2Server start() throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.channelType())
            .option(ChannelOption.SO_BACKLOG, settings.backlog())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(new Accept());
    ChannelFuture bound = bootstrap.bind(settings.address()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("Failed to bind to address " + settings.address(), bound.cause());
    }
    listening = bound.channel();
    long lookEvery = Lifetime.lookEveryNanos(settings);
    loops.onEach(loop -> loop.watchEvery(lookEvery));
    return this;
  }

  /** Where it listens, once it is started; the ports are the real ones. */
  @Override
  public List<SocketAddress> getListenSockets() {
    Channel channel = listening;
    return channel == null ? List.of() : List.of(channel.localAddress());
  }

  @Override
  public List<ServerServiceDefinition> getServices() {
    return all;
  }

  @Override
  public List<ServerServiceDefinition> getImmutableServices() {
    return all;
  }

  /** Takes no more connections, and asks those that are open to go once their calls are over. */
  @Override
  public Http2Server shutdown() {
    Channel channel = listening;
    if (channel != null) {
      channel.close().awaitUninterruptibly();
    }
    isShutdown = true;
    loops.onEach(Loop::askToGo);
    endIfEmpty();
    return this;
  }

  /** Ends the connections that are left with their calls. */
  @Override
  public Http2Server shutdownNow() {
    shutdown();
    loops.onEach(Loop::cutOff);
    return this;
  }

  @Override
  public boolean isShutdown() {
    return isShutdown;
  }

  @Override
  public boolean isTerminated() {
    return terminated.isDone();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    try {
      terminated.get(timeout, unit);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void awaitTermination() throws InterruptedException {
    while (!awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS)) {
      // Centuries.
    }
  }

  private void ended() {
    open.decrementAndGet();
    endIfEmpty();
  }

  private void endIfEmpty() {
    if (isShutdown && open.get() == 0) {
      terminated.complete(null);
    }
  }

  /** Runs on the loop of each new connection. */
  private final class Accept extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      if (tls == null) {
        channel.pipeline().addLast(connection(channel));
      } else {
        SslHandler handler = tls.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(settings.handshakeTimeout().toMillis());
        channel.pipeline().addLast(handler, new TlsGate(() -> connection(channel)));
      }
    }

    private GrpcConnection connection(Channel channel) {
      open.incrementAndGet();
      return new Builder(loops.of(channel), settings, services, Http2Server.this::ended).build();
    }
  }

  /** Netty's codec with its defences on; what is light is enough for a stream a connection. */
  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<GrpcConnection, Builder> {
    private final Loop loop;
    private final ServerSettings settings;
    private final Services services;
    private final Runnable onEnd;

    private Builder(Loop loop, ServerSettings settings, Services services, Runnable onEnd) {
      this.loop = loop;
      this.settings = settings;
      this.services = services;
      this.onEnd = onEnd;
    }

    @Override
    protected GrpcConnection build() {
      Http2Connection connection = new DefaultHttp2Connection(true);
      connection
          .remote()
          .flowController(
              new DefaultHttp2RemoteFlowController(
                  connection, new UniformStreamByteDistributor(connection)));
      connection
          .local()
          .flowController(
              new DefaultHttp2LocalFlowController(connection, WINDOW_UPDATE_RATIO, true));
      connection(connection);
      initialSettings(
          new Http2Settings()
              .initialWindowSize(WINDOW_BYTES)
              .maxConcurrentStreams(settings.maxCalls())
              .maxHeaderListSize(settings.maxHeaderBytes()));
      decoderEnforceMaxRstFramesPerWindow(ResetLimit.MOST, ResetLimit.WINDOW_SECONDS);
      // The connection puts its own in place of this one.
      frameListener(new Http2FrameAdapter());
      // A connection that is asked to go may finish its calls.
      gracefulShutdownTimeoutMillis(-1);
      return super.build();
    }

    @Override
    protected GrpcConnection build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initial) {
      return new GrpcConnection(decoder, encoder, initial, loop, services, settings, onEnd);
    }
  }
}
