package org.streamingcommands.trunk;

import com.google.protobuf.ByteString;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.connection.Trunk;

/**
 * The end of a trunk that this node dialled. A batch is written to the socket by the thread that
 * brings it: to wake another one for it would take longer. What the socket does not take at once
 * waits in Netty's buffer, and so does what follows, until that is empty; over TLS all does.
 */
final class OutboundTrunk extends ChannelInboundHandlerAdapter implements Trunk {
  private static final Logger log = LoggerFactory.getLogger(OutboundTrunk.class);

  /** Most batches, with what is around them. */
  private static final int ROOM_BYTES = 66 << 10;

  private static final long COMPLAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Who has it. On the trunk's own thread. */
  interface Owner {
    /** It may be written to. */
    void opened(OutboundTrunk trunk);

    /**
     * It is no more.
     *
     * @param why null where this node wanted it
     */
    void ended(OutboundTrunk trunk, @Nullable Throwable why);
  }

  private final String node;
  private final ByteString key;
  private final SocketChannel socket;
  private final boolean isPlain;
  private final TrunkLimits limits;
  private final Owner owner;
  private final AtomicLong waiting = new AtomicLong();

  // Under the lock, as is whatever is written once it is open.
  private final ByteBuffer room = ByteBuffer.allocateDirect(ROOM_BYTES);
  private long complainedNanos = System.nanoTime() - COMPLAIN_NANOS;

  private volatile @Nullable ChannelHandlerContext context;
  private volatile @Nullable Throwable why;
  private volatile boolean isUnwanted;

  // On the trunk's own thread.
  private @Nullable ScheduledFuture<?> pings;
  private boolean isOpen;
  private long heardNanos;

  /**
   * @param socket the channel's own, not blocking
   * @param isPlain whether what is written there is read as it is
   */
  OutboundTrunk(
      String node,
      ByteString key,
      SocketChannel socket,
      boolean isPlain,
      TrunkLimits limits,
      Owner owner) {
    this.node = node;
    this.key = key;
    this.socket = socket;
    this.isPlain = isPlain;
    this.limits = limits;
    this.owner = owner;
  }

  /** Where it leads to. */
  String node() {
    return node;
  }

  @Override
  public ByteString key() {
    return key;
  }

  // ---- what is said -------------------------------------------------------------------------

  @Override
  public void write(byte[] batch) {
    ChannelHandlerContext to = context;
    if (to == null || isUnwanted) {
      return;
    }
    synchronized (room) {
      long before = waiting.get();
      if (batch.length > limits.frameBytes() || before > limits.waitingBytes()) {
        complain(batch.length, before);
      } else if (isPlain && before == 0) {
        writeNow(to, batch);
      } else {
        writeLater(
            to,
            Unpooled.buffer(Integer.BYTES + batch.length).writeInt(batch.length).writeBytes(batch));
      }
    }
  }

  private void writeNow(ChannelHandlerContext to, byte[] batch) {
    int size = Integer.BYTES + batch.length;
    ByteBuffer out = size <= ROOM_BYTES ? room.clear() : ByteBuffer.allocate(size);
    out.putInt(batch.length).put(batch).flip();
    try {
      socket.write(out);
    } catch (IOException e) {
      why = e;
      to.close();
      return;
    }
    if (out.hasRemaining()) {
      writeLater(to, Unpooled.copiedBuffer(out));
    }
  }

  private void writeLater(ChannelHandlerContext to, ByteBuf frame) {
    int size = frame.readableBytes();
    waiting.addAndGet(size);
    to.writeAndFlush(frame).addListener(written -> waiting.addAndGet(-size));
  }

  private void complain(int size, long before) {
    long now = System.nanoTime();
    if (now - complainedNanos >= COMPLAIN_NANOS) {
      complainedNanos = now;
      log.warn(
          "{} bytes for {} are lost, and perhaps others: {} wait for it already; {} and {} are the"
              + " most",
          size,
          node,
          before,
          limits.frameBytes(),
          limits.waitingBytes());
    }
  }

  // ---- its life -----------------------------------------------------------------------------

  /** Over TLS it is added once that stands. */
  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    if (ctx.channel().isActive()) {
      begin(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    begin(ctx);
  }

  private void begin(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(
        ctx.alloc()
            .buffer(TrunkWire.PREFACE_BYTES)
            .writeLong(TrunkWire.MAGIC)
            .writeBytes(key.toByteArray()));
    heardNanos = System.nanoTime();
    long every = limits.pingEvery().toNanos();
    pings =
        ctx.executor().scheduleWithFixedDelay(() -> ping(ctx), every, every, TimeUnit.NANOSECONDS);
  }

  private void ping(ChannelHandlerContext ctx) {
    if (System.nanoTime() - heardNanos >= limits.silence().toNanos()) {
      why = new IOException("nothing was heard for " + limits.silence());
      ctx.close();
    } else if (isOpen) {
      write(TrunkWire.PING);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ((ByteBuf) message).release();
    heardNanos = System.nanoTime();
    if (!isOpen) {
      isOpen = true;
      owner.opened(this);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (pings != null) {
      pings.cancel(false);
    }
    owner.ended(
        this, isUnwanted || why != null ? why : new IOException("the other node closed it"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    why = cause;
    ctx.close();
  }

  /** This node does not want it any more. On any thread. */
  void close() {
    isUnwanted = true;
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.close();
    }
  }
}
