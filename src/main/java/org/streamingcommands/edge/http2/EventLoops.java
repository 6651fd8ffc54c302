package org.streamingcommands.edge.http2;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of a server: each reads and writes the connections that fell to it. */
public final class EventLoops {
  private static final Logger log = LoggerFactory.getLogger(EventLoops.class);

  private static final boolean DAEMON = true;
  private static final int STOP_SECONDS = 5;

  private final List<Loop> loops = new ArrayList<>();
  private final EventLoopGroup group;

  /**
   * @param threads 0 for one per processor
   */
  public EventLoops(String name, int threads) {
    int count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    DefaultThreadFactory named = new DefaultThreadFactory(name, DAEMON);
    // One for each loop, in the order in which these are made.
    List<LoopWrites> writes = new ArrayList<>();
    group =
        Epoll.isAvailable()
            ? new EpollEventLoopGroup(count, named, () -> oneMore(writes))
            : new NioEventLoopGroup(
                count, named, SelectorProvider.provider(), () -> oneMore(writes));
    for (EventExecutor loop : group) {
      loops.add(new Loop((EventLoop) loop, writes.get(loops.size())));
    }
  }

  private static LoopWrites oneMore(List<LoopWrites> all) {
    LoopWrites one = new LoopWrites();
    all.add(one);
    return one;
  }

  /** Gives each to a task that runs on it; one that has ended has nothing left to do. */
  public void onEach(Consumer<Loop> task) {
    for (Loop loop : loops) {
      try {
        loop.executor().execute(() -> task.accept(loop));
      } catch (RejectedExecutionException e) {
        log.debug("a loop has ended already");
      }
    }
  }

  /** All of them, for Netty. */
  public EventLoopGroup group() {
    return group;
  }

  /** Its sockets: the kernel's own way where there is one. */
  public Class<? extends ServerChannel> channelType() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  Loop of(Channel channel) {
    for (Loop loop : loops) {
      if (loop.eventLoop() == channel.eventLoop()) {
        return loop;
      }
    }
    throw new IllegalArgumentException("a channel of another server: " + channel);
  }

  /** Ends the threads once what they were given is done. */
  public void stop() {
    group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS);
  }
}
