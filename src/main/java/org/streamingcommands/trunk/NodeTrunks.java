package org.streamingcommands.trunk;

import com.google.protobuf.ByteString;
import com.typesafe.config.Config;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.Trunk;
import org.streamingcommands.connection.TrunkOffer;
import org.streamingcommands.connection.Trunks;

/**
 * The trunks of one node: it listens where remoting does, on a port of its own, and dials whoever
 * offers it one. Thread-safe.
 */
public final class NodeTrunks implements Trunks, AutoCloseable {
  private static final String ARTERY = "pekko.remote.artery.";

  private final String node;
  private final String host;
  private final int port;
  private final TrunkListener others;
  private final TrunkDialler own;

  private NodeTrunks(String node, String host, int port, TrunkListener others, TrunkDialler own) {
    this.node = node;
    this.host = host;
    this.port = port;
    this.others = others;
    this.own = own;
  }

  /**
   * Listens.
   *
   * @param threads those that read; each has to be one of a StreamThread. To be stopped after this
   * @param channelType of these threads
   * @throws IOException where the address cannot be bound
   * @throws IllegalArgumentException naming a key of remoting's TLS that is wrong
   */
  public static NodeTrunks start(
      ExtendedActorSystem system,
      TrunkSettings settings,
      Listener engine,
      EventLoopGroup threads,
      Class<? extends ServerChannel> channelType)
      throws IOException {
    long frameBytes = system.settings().config().getBytes(ARTERY + "advanced.maximum-frame-size");
    TrunkLimits limits = TrunkLimits.of(Math.toIntExact(frameBytes));
    return start(system, settings, limits, engine, threads, channelType);
  }

  static NodeTrunks start(
      ExtendedActorSystem system,
      TrunkSettings settings,
      TrunkLimits limits,
      Listener engine,
      EventLoopGroup threads,
      Class<? extends ServerChannel> channelType)
      throws IOException {
    String host = Cluster.get(system).selfAddress().host().get();
    InetSocketAddress address =
        new InetSocketAddress(bindHost(system.settings().config(), host), settings.port());
    TrunkTls tls = TrunkTls.of(system, limits);
    TrunkListener others = new TrunkListener(address, engine, limits, tls, threads, channelType);
    int port =
        settings.canonicalPort() == 0 ? others.address().getPort() : settings.canonicalPort();
    TrunkDialler own = new TrunkDialler(limits, tls, engine::broken);
    return new NodeTrunks(engine.node(), host, port, others, own);
  }

  /** Where remoting binds. */
  private static String bindHost(Config config, String host) {
    String bind = config.getString(ARTERY + "bind.hostname");
    // By remoting's own words for this machine's address it is called, too.
    return bind.isEmpty() || bind.startsWith("<") ? host : bind;
  }

  /** Where it listens, with the real port. */
  public InetSocketAddress address() {
    return others.address();
  }

  @Override
  public @Nullable Trunk to(String other) {
    return own.to(other);
  }

  @Override
  public int count() {
    return own.count();
  }

  @Override
  public void accept(TrunkOffer offer) {
    own.dial(offer);
  }

  @Override
  public @Nullable TrunkOffer offerTo(String other) {
    ByteString key = others.keyFor(other);
    return key == null ? null : new TrunkOffer(node, host, port, key);
  }

  @Override
  public void begin(ByteString key) {
    others.begin(key);
  }

  @Override
  public void forget(String other) {
    own.forget(other);
    others.forget(other);
  }

  /** All of them end; the threads that read may be stopped then. Blocks for a moment. */
  @Override
  public void close() {
    others.close();
    own.close();
  }
}
