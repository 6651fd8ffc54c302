package org.streamingcommands.trunk;

import com.google.protobuf.ByteString;
import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.group.ChannelGroup;
import io.grpc.netty.shaded.io.netty.channel.group.DefaultChannelGroup;
import io.grpc.netty.shaded.io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.Trunks;

/** The trunks of others to this node. Thread-safe. */
final class TrunkListener implements InboundTrunk.Owner {
  private static final int STOP_SECONDS = 5;
  private static final boolean STAYS_CLOSED = true;

  private final Trunks.Listener engine;
  private final TrunkLimits limits;
  private final @Nullable TrunkTls tls;
  private final Offers offers = new Offers(System::nanoTime);
  private final Channel listening;

  /** Whoever dialled, strangers among them. */
  private final ChannelGroup all =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, STAYS_CLOSED);

  /**
   * Listens.
   *
   * @param threads those that read
   * @param channelType of these threads
   * @throws IOException where the address cannot be bound
   */
  TrunkListener(
      InetSocketAddress address,
      Trunks.Listener engine,
      TrunkLimits limits,
      @Nullable TrunkTls tls,
      EventLoopGroup threads,
      Class<? extends ServerChannel> channelType)
      throws IOException {
    this.engine = engine;
    this.limits = limits;
    this.tls = tls;
    ChannelFuture bound =
        new ServerBootstrap()
            .group(threads)
            .channel(channelType)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel, address);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("cannot listen on " + address, bound.cause());
    }
    listening = bound.channel();
  }

  private void accept(Channel channel, InetSocketAddress address) {
    all.add(channel);
    InboundTrunk trunk = new InboundTrunk(limits, this);
    if (tls == null) {
      channel.pipeline().addLast(trunk);
    } else {
      tls.accept(channel.pipeline(), address.getHostString(), address.getPort(), trunk);
    }
  }

  /** Where it listens, with the real port. */
  InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  /**
   * @return a key for one trunk of this node; null where it needs none
   */
  @Nullable ByteString keyFor(String node) {
    return offers.next(node);
  }

  /** Reads the trunk of this key from now on. */
  void begin(ByteString key) {
    InboundTrunk trunk = offers.trunk(key);
    if (trunk != null) {
      trunk.begin();
    }
  }

  void forget(String node) {
    InboundTrunk trunk = offers.forget(node);
    if (trunk != null) {
      trunk.close();
    }
  }

  @Override
  public boolean admit(ByteString key, InboundTrunk trunk) {
    return offers.take(key, trunk);
  }

  @Override
  public void take(byte[] batch) throws IOException {
    engine.take(batch);
  }

  @Override
  public void ended(ByteString key) {
    offers.ended(key);
  }

  /** Blocks until all are closed. */
  void close() {
    listening.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
    all.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
  }
}
