package org.streamingcommands.edge.http2;

import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolNames;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets a connection speak HTTP/2 once TLS is agreed on, and that it be HTTP/2. */
final class TlsGate extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(TlsGate.class);

  private final Supplier<ChannelHandler> next;

  TlsGate(Supplier<ChannelHandler> next) {
    this.next = next;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      String protocol = ctx.pipeline().get(SslHandler.class).applicationProtocol();
      if (handshake.isSuccess() && ApplicationProtocolNames.HTTP_2.equals(protocol)) {
        ctx.pipeline().replace(this, null, next.get());
      } else {
        log.debug("{} is refused: {}, {}", ctx.channel(), handshake, protocol);
        ctx.close();
      }
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("{} ends: {}", ctx.channel(), cause.toString());
    ctx.close();
  }
}
