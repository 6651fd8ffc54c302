package org.streamingcommands.edge.http2;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2CodecUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Connection;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Error;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Settings;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Stream;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.grpc.http.FrameViolation;

/**
 * One connection: its frames in, its calls, and what they write. What HTTP/2 asks for is Netty's to
 * do; this adds gRPC's calls, and sees to it that connections live and end as they should. All on
 * one loop, but for {@link #inTurn} and {@link #isWritable}.
 */
final class GrpcConnection extends Http2ConnectionHandler implements LookList.Item, Runnable {
  private static final Logger log = LoggerFactory.getLogger(GrpcConnection.class);

  private static final int NO_GRACE = 0;

  private final Loop loop;
  private final Services services;
  private final Lifetime lifetime;
  private final ServerSettings settings;
  private final Runnable onEnd;
  private final Http2Connection.PropertyKey callKey = connection().newKey();
  private final OtherThreads otherThreads;
  private final ResetLimit broken = new ResetLimit();
  private @Nullable ChannelHandlerContext context;
  private int place = LookList.NOWHERE;
  private boolean windowSent;
  private boolean isFlushHeld;

  /**
   * @param onEnd runs once it is closed
   */
  GrpcConnection(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings initial,
      Loop loop,
      Services services,
      ServerSettings settings,
      Runnable onEnd) {
    super(decoder, encoder, initial);
    this.loop = loop;
    this.services = services;
    this.settings = settings;
    this.onEnd = onEnd;
    this.otherThreads = new OtherThreads(loop.executor());
    this.lifetime = new Lifetime(settings, System.nanoTime());
    decoder.frameListener(new Frames());
    connection().addListener(new Streams());
  }

  Loop loop() {
    return loop;
  }

  int maxMessageBytes() {
    return settings.maxMessageBytes();
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext here = context;
    if (here == null) {
      throw new IllegalStateException("not part of a channel yet");
    }
    return here;
  }

  ByteBufAllocator allocator() {
    return context().alloc();
  }

  Attributes attributes() {
    Attributes.Builder attributes =
        Attributes.newBuilder()
            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, context().channel().remoteAddress())
            .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, context().channel().localAddress());
    SslHandler tls = context().pipeline().get(SslHandler.class);
    if (tls != null) {
      attributes.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, tls.engine().getSession());
    }
    return attributes.build();
  }

  // ---- its life -----------------------------------------------------------------------------

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    place = loop.add(this);
    super.handlerAdded(ctx);
    sendWindow(ctx);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    super.channelActive(ctx);
    sendWindow(ctx);
  }

  /** As much for all streams as for one: there is mostly one. */
  private void sendWindow(ChannelHandlerContext ctx) throws Http2Exception {
    if (!windowSent && ctx.channel().isActive()) {
      windowSent = true;
      decoder()
          .flowController()
          .incrementWindowSize(
              connection().connectionStream(),
              Http2Server.WINDOW_BYTES - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
      ctx.flush();
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
    try {
      super.handlerRemoved0(ctx);
    } finally {
      loop.remove(place);
      place = LookList.NOWHERE;
      onEnd.run();
    }
  }

  @Override
  public void moveTo(int newPlace) {
    place = newPlace;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    lifetime.heard(loop.nextLookNanos());
    super.channelRead(ctx, message);
  }

  @Override
  public long look(long nowNanos) {
    switch (lifetime.look(nowNanos, connection().numActiveStreams() > 0)) {
      case NOTHING -> {}
      case PING -> {
        encoder().writePing(context(), false, Lifetime.KEEPALIVE, context().newPromise());
        flush(context());
      }
      case ASK_TO_GO_IDLE -> askToGo("max_idle", NO_GRACE);
      case ASK_TO_GO_OLD -> askToGo("max_age", settings.maxAgeGrace().toNanos());
      case LAST_CALL -> lastCall();
      case CUT_OFF -> cutOff();
    }
    return lifetime.nextNanos();
  }

  /**
   * Says that it is to go, in two steps: calls that are on their way when it hears so are still
   * taken (RFC 9113, section 6.8).
   *
   * @param graceNanos how long its calls may take then; 0 for as long as they like
   */
  void askToGo(String why, long graceNanos) {
    if (!lifetime.beginGoing(System.nanoTime(), graceNanos)) {
      return;
    }
    loop.lookSoon(place);
    goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR, why);
    encoder().writePing(context(), false, Lifetime.GOING, context().newPromise());
    flush(context());
  }

  /** No call that begins now is taken; once those before are over, it closes. */
  private void lastCall() {
    if (!lifetime.beginLastCall()) {
      return;
    }
    goAway(connection().remote().lastStreamCreated(), Http2Error.NO_ERROR, "going");
    flush(context());
    closeIfDone();
  }

  private void closeIfDone() {
    if (lifetime.isPastLastCall() && connection().numActiveStreams() == 0) {
      // After what its last call wrote.
      context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** The caller is to be calm (RFC 9113, section 7), and gone. */
  private void hangUp(String why) {
    goAway(connection().remote().lastStreamCreated(), Http2Error.ENHANCE_YOUR_CALM, why)
        .addListener(ChannelFutureListener.CLOSE);
    flush(context());
  }

  /** Ends it with its calls. */
  void cutOff() {
    context().close();
  }

  private ChannelFuture goAway(int lastStream, Http2Error error, String why) {
    ByteBuf text = ByteBufUtil.writeAscii(allocator(), why);
    return goAway(context(), lastStream, error.code(), text, context().newPromise());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
      super.exceptionCaught(ctx, cause);
      return;
    }
    // A stranger's doing: it hung up in the middle, or TLS broke.
    log.debug("{} ends: {}", ctx.channel(), cause.toString());
    ctx.close();
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    Http2Stream stream = connection().stream(error.streamId());
    GrpcCall<?, ?> call = stream == null ? null : call(stream);
    if (call != null) {
      call.note(Status.INTERNAL.withDescription("HTTP/2: " + error.getMessage()));
    }
    if (broken.allows(System.nanoTime())) {
      super.onStreamError(ctx, outbound, cause, error);
    } else {
      hangUp("too_many_resets");
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
    super.channelWritabilityChanged(ctx);
    if (ctx.channel().isWritable()) {
      connection()
          .forEachActiveStream(
              stream -> {
                GrpcCall<?, ?> call = call(stream);
                if (call != null) {
                  call.tellReady();
                }
                return true;
              });
    }
  }

  // ---- what comes in ------------------------------------------------------------------------

  private @Nullable GrpcCall<?, ?> call(Http2Stream stream) {
    return stream.getProperty(callKey);
  }

  private final class Streams extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      GrpcCall<?, ?> call = call(stream);
      if (call != null) {
        call.streamClosed();
      }
      if (connection().numActiveStreams() == 0) {
        lifetime.callsEnded();
        loop.lookSoon(place);
        closeIfDone();
      }
    }
  }

  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings theirs) {
      lifetime.settled();
      loop.lookSoon(place);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean isEnd) {
      onHeadersRead(ctx, streamId, headers, padding, isEnd);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean isEnd) {
      Http2Stream stream = connection().stream(streamId);
      GrpcCall<?, ?> call = call(stream);
      if (call == null) {
        call = open(stream, headers);
      }
      if (isEnd && call != null) {
        call.callerIsDone();
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean isEnd) {
      GrpcCall<?, ?> call = call(connection().stream(streamId));
      if (call == null) {
        return data.readableBytes() + padding;
      }
      int back = call.read(data) + padding;
      if (isEnd) {
        call.callerIsDone();
      }
      return back;
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) {
      boolean hasCalls = connection().numActiveStreams() > 0;
      if (!lifetime.pings().allows(System.nanoTime(), hasCalls)) {
        hangUp("too_many_pings");
      }
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) {
      if (data == Lifetime.GOING) {
        lastCall();
      }
    }
  }

  /** Begins a call; null where it has ended already. */
  private @Nullable GrpcCall<?, ?> open(Http2Stream stream, Http2Headers headers) {
    HttpRefusal refusal = HttpRefusal.of(headers);
    if (refusal != null) {
      writeHeaders(stream, refusal.headers(), false);
      encoder()
          .writeData(
              context(),
              stream.id(),
              Unpooled.wrappedBuffer(refusal.text()),
              0,
              true,
              context().newPromise())
          .addListener(written -> reset(stream));
      return null;
    }
    try {
      return open(stream, CallRequest.of(headers, services));
    } catch (FrameViolation e) {
      writeHeaders(stream, CallHeaders.refusal(e.status()), true)
          .addListener(written -> reset(stream));
      return null;
    }
  }

  private <Q, A> GrpcCall<Q, A> open(Http2Stream stream, CallRequest<Q, A> request) {
    GrpcCall<Q, A> call =
        new GrpcCall<>(this, stream, request.method().getMethodDescriptor(), request.encoding());
    stream.setProperty(callKey, call);
    call.start(request.method().getServerCallHandler(), request.metadata(), request.timeoutNanos());
    return call;
  }

  /** Lets flow control have bytes back that were not given back when they came. */
  void giveBack(Http2Stream stream, int bytes) {
    if (bytes > 0 && connection().stream(stream.id()) != null) {
      try {
        if (decoder().flowController().consumeBytes(stream, bytes)) {
          flushSoon();
        }
      } catch (Http2Exception e) {
        onError(context(), true, e);
      }
    }
  }

  // ---- what goes out ------------------------------------------------------------------------

  /**
   * Runs a write on the loop: at once where that is the caller's, after those of other threads that
   * came before.
   */
  void inTurn(Runnable write) {
    if (loop.isCurrent()) {
      otherThreads.run();
      write.run();
    } else {
      otherThreads.add(write);
    }
  }

  void write(Http2Stream stream, MessageWrite message) {
    encoder().flowController().addFlowControlled(stream, message);
    flushSoon();
  }

  /** A frame is on its way to the socket. */
  void wrote() {
    lifetime.pings().wrote();
  }

  ChannelFuture writeHeaders(Http2Stream stream, Http2Headers headers, boolean isEnd) {
    lifetime.pings().wrote();
    ChannelFuture written =
        encoder().writeHeaders(context(), stream.id(), headers, 0, isEnd, context().newPromise());
    flushSoon();
    return written;
  }

  /** Tells the caller that nothing more of this stream is read. */
  void reset(Http2Stream stream) {
    if (connection().stream(stream.id()) != null) {
      resetStream(context(), stream.id(), Http2Error.NO_ERROR.code(), context().newPromise());
      flushSoon();
    }
  }

  int maxFrameBytes() {
    return encoder().configuration().frameSizePolicy().maxFrameSize();
  }

  /** From any thread. */
  boolean isWritable() {
    return context().channel().isWritable();
  }

  /** Together with whatever else is written until the loop has nothing else to do. */
  private void flushSoon() {
    if (!isFlushHeld) {
      isFlushHeld = true;
      loop.hold(this);
    }
  }

  /** Flushes. */
  @Override
  public void run() {
    isFlushHeld = false;
    flush(context());
  }
}
