package org.streamingcommands.client;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The threads that write to the apis and hear from them: daemons, one per processor where there are
 * as many links, each started by the first link that falls to it.
 */
final class ApiLoops {
  private static final boolean DAEMON = true;
  private static final EventLoopGroup LOOPS = loops();

  private ApiLoops() {}

  /** For one more link. */
  static EventLoop next() {
    return LOOPS.next();
  }

  static Class<? extends Channel> channelType() {
    return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  private static EventLoopGroup loops() {
    int count = Runtime.getRuntime().availableProcessors();
    DefaultThreadFactory named = new DefaultThreadFactory("streaming-commands-client", DAEMON);
    return Epoll.isAvailable()
        ? new EpollEventLoopGroup(count, named)
        : new NioEventLoopGroup(count, named);
  }
}
