package org.streamingcommands.edge.http2;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameTypes;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2RemoteFlowController.FlowControlled;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way out: first to the loop of its connection, then past flow control. In a frame
 * of its own where the caller's window has room for it, else in pieces.
 */
final class MessageWrite implements FlowControlled, Runnable {
  private final GrpcCall<?, ?> call;

  /** Begins with room for the head of a frame, until the first piece is out. */
  private final ByteBuf bytes;

  /** Once nothing is, the buffer is somebody else's. */
  private int left;

  /**
   * @param bytes as {@link MessageBytes} makes them; given away
   */
  MessageWrite(GrpcCall<?, ?> call, ByteBuf bytes) {
    this.call = call;
    this.bytes = bytes;
    this.left = bytes.readableBytes() - MessageBytes.FRAME_HEAD;
  }

  /** On the loop. */
  @Override
  public void run() {
    call.write(this);
  }

  /** What is left for flow control to count. */
  @Override
  public int size() {
    return left;
  }

  @Override
  public void write(ChannelHandlerContext context, int allowed) {
    int most = call.maxFrameBytes();
    for (int now = Math.min(allowed, left); now > 0; ) {
      int piece = Math.min(now, most);
      writePiece(context, piece);
      now -= piece;
      call.written(piece);
    }
  }

  private void writePiece(ChannelHandlerContext context, int piece) {
    boolean isWhole = bytes.readableBytes() == MessageBytes.FRAME_HEAD + piece;
    boolean isFirst = bytes.readerIndex() == 0;
    left -= piece;
    if (isFirst) {
      head(bytes, piece);
      if (isWhole) {
        context.write(bytes, context.voidPromise());
        return;
      }
      context.write(
          bytes.readRetainedSlice(MessageBytes.FRAME_HEAD + piece), context.voidPromise());
      return;
    }
    ByteBuf head = context.alloc().directBuffer(MessageBytes.FRAME_HEAD);
    head.writerIndex(MessageBytes.FRAME_HEAD);
    head(head, piece);
    context.write(head, context.voidPromise());
    context.write(bytes.readRetainedSlice(piece), context.voidPromise());
    if (left == 0) {
      bytes.release();
    }
  }

  /** The head of a DATA frame (RFC 9113, sections 4.1 and 6.1). */
  private void head(ByteBuf to, int length) {
    to.setMedium(0, length);
    to.setByte(3, Http2FrameTypes.DATA);
    to.setByte(4, 0);
    to.setInt(5, call.streamId());
  }

  @Override
  public void writeComplete() {
    // The last piece saw to that.
  }

  @Override
  public void error(@Nullable ChannelHandlerContext context, Throwable cause) {
    if (left > 0) {
      call.written(left);
      left = 0;
      bytes.release();
    }
  }

  /** Each its own: a client's reader takes whole messages, however they are framed. */
  @Override
  public boolean merge(ChannelHandlerContext context, FlowControlled next) {
    return false;
  }
}
