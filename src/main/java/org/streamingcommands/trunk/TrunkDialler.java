package org.streamingcommands.trunk;

import io.grpc.netty.shaded.io.netty.bootstrap.Bootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.connection.TrunkOffer;

/**
 * The trunks of this node to others. One thread for all of them connects, pings, and writes what
 * sockets do not take at once. Thread-safe.
 */
final class TrunkDialler implements OutboundTrunk.Owner {
  private static final Logger log = LoggerFactory.getLogger(TrunkDialler.class);

  private static final String THREAD = "streaming-commands-trunks";
  private static final boolean DAEMON = true;
  private static final int CONNECT_MILLIS = 3_000;
  private static final int STOP_SECONDS = 5;

  private final TrunkLimits limits;
  private final @Nullable TrunkTls tls;
  private final Runnable onBreak;
  private final EventLoopGroup thread =
      new NioEventLoopGroup(1, new DefaultThreadFactory(THREAD, DAEMON));
  private final ConcurrentHashMap<String, OutboundTrunk> open = new ConcurrentHashMap<>();

  /** Those that could not be dialled when that was tried last: said once. */
  private final Set<String> outOfReach = ConcurrentHashMap.newKeySet();

  private volatile boolean isClosed;

  /**
   * @param onBreak told where what was written last may be lost
   */
  TrunkDialler(TrunkLimits limits, @Nullable TrunkTls tls, Runnable onBreak) {
    this.limits = limits;
    this.tls = tls;
    this.onBreak = onBreak;
  }

  @Nullable OutboundTrunk to(String node) {
    return open.get(node);
  }

  int count() {
    return open.size();
  }

  /**
   * The socket is one of NIO, which any thread may write to while another closes it. Of one that
   * Netty has from the kernel itself, the number may be another's by then.
   */
  void dial(TrunkOffer offer) {
    if (isClosed) {
      return;
    }
    SocketChannel socket;
    try {
      socket = SocketChannel.open();
    } catch (IOException e) {
      log.warn("no socket for a trunk to {}", offer.node(), e);
      return;
    }
    OutboundTrunk trunk =
        new OutboundTrunk(offer.node(), offer.key(), socket, tls == null, limits, this);
    new Bootstrap()
        .group(thread)
        .channelFactory(() -> new NioSocketChannel(socket))
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                if (tls == null) {
                  channel.pipeline().addLast(trunk);
                } else {
                  tls.dial(channel.pipeline(), offer.host(), offer.port(), trunk);
                }
              }
            })
        .connect(offer.host(), offer.port())
        .addListener(
            connected -> {
              if (!connected.isSuccess() && outOfReach.add(offer.node())) {
                log.warn(
                    "no trunk to {}, which listens on {}:{}: {}; it is spoken to by remoting alone",
                    offer.node(),
                    offer.host(),
                    offer.port(),
                    connected.cause().toString());
              }
            });
  }

  @Override
  public void opened(OutboundTrunk trunk) {
    log.debug("a trunk to {}", trunk.node());
    outOfReach.remove(trunk.node());
    OutboundTrunk before = open.put(trunk.node(), trunk);
    if (before != null) {
      before.close();
    }
  }

  @Override
  public void ended(OutboundTrunk trunk, @Nullable Throwable why) {
    if (open.remove(trunk.node(), trunk)) {
      if (why != null) {
        log.info("the trunk to {} broke: {}", trunk.node(), why.toString());
      }
      onBreak.run();
    }
  }

  void forget(String node) {
    outOfReach.remove(node);
    OutboundTrunk trunk = open.get(node);
    if (trunk != null) {
      trunk.close();
    }
  }

  /** Blocks until all are closed. */
  void close() {
    isClosed = true;
    open.values().forEach(OutboundTrunk::close);
    thread
        .shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
  }
}
