package org.streamingcommands.edge;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.connection.StreamThread;

/** The threads of the edge: each reads and writes the connections that fell to it. */
final class EventLoops {
  private static final boolean DAEMON = true;
  private static final int STOP_SECONDS = 5;

  private final List<LoopWrites> writes = new ArrayList<>();
  private final EventLoopGroup group;

  /**
   * @param threads 0 for one per processor
   */
  EventLoops(int threads) {
    int count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    DefaultThreadFactory named = new DefaultThreadFactory("streaming-commands-edge", DAEMON);
    group =
        Epoll.isAvailable()
            ? new EpollEventLoopGroup(count, named, this::strategy)
            : new NioEventLoopGroup(count, named, SelectorProvider.provider(), this::strategy);
    for (EventExecutor loop : group) {
      loop.execute(() -> StreamThread.settle(loop));
    }
  }

  /** One for each loop, while they are made. */
  private LoopWrites strategy() {
    LoopWrites one = new LoopWrites();
    writes.add(one);
    return one;
  }

  void serve(NettyServerBuilder server) {
    server
        .bossEventLoopGroup(group)
        .workerEventLoopGroup(group)
        .channelType(
            Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class);
  }

  /** The one that the caller runs on. */
  Executor current() {
    for (EventExecutor loop : group) {
      if (loop.inEventLoop()) {
        return loop;
      }
    }
    throw new IllegalStateException("not on an event loop of this edge");
  }

  /** What the one that the caller runs on holds back. */
  LoopWrites currentWrites() {
    for (LoopWrites one : writes) {
      if (one.isCurrent()) {
        return one;
      }
    }
    throw new IllegalStateException("not on an event loop of this edge");
  }

  /** Ends the threads once what they were given is done. */
  void stop() {
    group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS);
  }
}
