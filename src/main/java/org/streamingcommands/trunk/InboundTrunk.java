package org.streamingcommands.trunk;

import com.google.protobuf.ByteString;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's end of a trunk that another one dialled, or of what a stranger did. It is not read
 * before the other node has said by remoting that it begins. Whatever cannot be read costs the
 * trunk alone.
 */
final class InboundTrunk extends ByteToMessageDecoder {
  private static final Logger log = LoggerFactory.getLogger(InboundTrunk.class);

  /** Who has it. On the thread that reads it. */
  interface Owner {
    /**
     * @return whether this key was told to somebody, and is shown for the first time
     */
    boolean admit(ByteString key, InboundTrunk trunk);

    /**
     * @throws IOException where it is no batch
     */
    void take(byte[] batch) throws IOException;

    /** It is no more; only of one that was admitted. */
    void ended(ByteString key);
  }

  private final TrunkLimits limits;
  private final Owner owner;
  private volatile @Nullable ChannelHandlerContext context;

  // On the thread that reads it.
  private @Nullable ByteString key;
  private boolean hasBegun;

  InboundTrunk(TrunkLimits limits, Owner owner) {
    this.limits = limits;
    this.owner = owner;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    ctx.executor()
        .schedule(
            () -> {
              if (key == null) {
                ctx.close();
              }
            },
            limits.prefaceTimeout().toNanos(),
            TimeUnit.NANOSECONDS);
  }

  /** What comes is read from now on. On any thread. */
  void begin() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.executor().execute(() -> begin(ctx));
    }
  }

  private void begin(ChannelHandlerContext ctx) {
    hasBegun = true;
    ctx.channel().config().setAutoRead(true);
    try {
      // What came together with the key.
      channelRead(ctx, Unpooled.EMPTY_BUFFER);
    } catch (Exception e) {
      exceptionCaught(ctx, e);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws IOException {
    if (key == null) {
      readPreface(ctx, in);
    } else if (hasBegun) {
      readFrame(ctx, in);
    }
  }

  /** What it inherits reads on where nothing could be decoded, whatever the channel is set to. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (key == null || hasBegun) {
      super.channelReadComplete(ctx);
    }
  }

  private void readPreface(ChannelHandlerContext ctx, ByteBuf in) {
    if (in.readableBytes() < TrunkWire.PREFACE_BYTES) {
      return;
    }
    long magic = in.readLong();
    byte[] shown = new byte[TrunkWire.KEY_BYTES];
    in.readBytes(shown);
    ByteString said = ByteString.copyFrom(shown);
    if (magic != TrunkWire.MAGIC || !owner.admit(said, this)) {
      in.skipBytes(in.readableBytes());
      log.info("{} showed no key of a trunk, and was hung up on", ctx.channel().remoteAddress());
      ctx.close();
      return;
    }
    key = said;
    ctx.channel().config().setAutoRead(false);
    answer(ctx, TrunkWire.READY);
  }

  private void readFrame(ChannelHandlerContext ctx, ByteBuf in) throws IOException {
    if (in.readableBytes() < Integer.BYTES) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    if (length < 0 || length > limits.frameBytes()) {
      throw new IOException(
          "a batch of %s bytes, %d are the most"
              .formatted(Integer.toUnsignedString(length), limits.frameBytes()));
    }
    if (in.readableBytes() < Integer.BYTES + length) {
      return;
    }
    in.skipBytes(Integer.BYTES);
    if (length == TrunkWire.PING.length) {
      answer(ctx, TrunkWire.PONG);
    } else {
      byte[] batch = new byte[length];
      in.readBytes(batch);
      owner.take(batch);
    }
  }

  private static void answer(ChannelHandlerContext ctx, byte what) {
    ctx.writeAndFlush(Unpooled.buffer(1).writeByte(what));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (key != null) {
      owner.ended(key);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable why = cause instanceof DecoderException ? cause.getCause() : cause;
    log.info("the trunk of {} breaks: {}", ctx.channel().remoteAddress(), String.valueOf(why));
    // Nothing of what may still be in the buffer can be read.
    hasBegun = false;
    ctx.close();
  }

  /** This node does not want it any more. On any thread. */
  void close() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.close();
    }
  }
}
