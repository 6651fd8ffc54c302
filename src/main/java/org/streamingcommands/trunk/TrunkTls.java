package org.streamingcommands.trunk;

import com.typesafe.config.Config;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelPipeline;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import org.apache.pekko.remote.artery.tcp.SSLEngineProviderSetup;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * TLS between nodes as remoting has it: the same engines, and the same question after each
 * handshake.
 */
final class TrunkTls {
  private static final String ARTERY = "pekko.remote.artery.";

  private final SSLEngineProvider provider;
  private final long handshakeMillis;

  private TrunkTls(SSLEngineProvider provider, long handshakeMillis) {
    this.provider = provider;
    this.handshakeMillis = handshakeMillis;
  }

  /**
   * @return null where remoting has none
   */
  static @Nullable TrunkTls of(ExtendedActorSystem system, TrunkLimits limits) {
    Config config = system.settings().config();
    if (!config.getString(ARTERY + "transport").equals("tls-tcp")) {
      return null;
    }
    return new TrunkTls(provider(system, config), limits.prefaceTimeout().toMillis());
  }

  /** As org.apache.pekko.remote.artery.tcp.ArteryTcpTransport finds it. */
  private static SSLEngineProvider provider(ExtendedActorSystem system, Config config) {
    ActorSystemSetup setup = system.settings().setup();
    SSLEngineProviderSetup own = setup.get(SSLEngineProviderSetup.class).orElse(null);
    if (own != null) {
      return own.sslEngineProvider().apply(system);
    }
    String name = config.getString(ARTERY + "ssl.ssl-engine-provider");
    try {
      return (SSLEngineProvider)
          Class.forName(name, true, system.dynamicAccess().classLoader())
              .getConstructor(ActorSystem.class)
              .newInstance(system);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          ARTERY + "ssl.ssl-engine-provider: cannot make " + name, e);
    }
  }

  /** Puts the handler behind TLS, once that stands. */
  void dial(ChannelPipeline pipeline, String host, int port, ChannelHandler then) {
    add(
        pipeline,
        provider.createClientSSLEngine(host, port),
        session -> provider.verifyClientSession(host, session),
        then);
  }

  /** The same for who dialled this node. */
  void accept(ChannelPipeline pipeline, String host, int port, ChannelHandler then) {
    add(
        pipeline,
        provider.createServerSSLEngine(host, port),
        session -> provider.verifyServerSession(host, session),
        then);
  }

  private void add(
      ChannelPipeline pipeline,
      SSLEngine engine,
      Function<SSLSession, Option<Throwable>> verdict,
      ChannelHandler then) {
    SslHandler handler = new SslHandler(engine);
    handler.setHandshakeTimeoutMillis(handshakeMillis);
    pipeline.addLast(handler, new Gate(engine, verdict, then));
  }

  /** Whoever does not get through has not been read. */
  private static final class Gate extends ChannelInboundHandlerAdapter {
    private final SSLEngine engine;
    private final Function<SSLSession, Option<Throwable>> verdict;
    private final ChannelHandler then;

    Gate(SSLEngine engine, Function<SSLSession, Option<Throwable>> verdict, ChannelHandler then) {
      this.engine = engine;
      this.verdict = verdict;
      this.then = then;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        if (handshake.isSuccess() && verdict.apply(engine.getSession()).isEmpty()) {
          ctx.pipeline().replace(this, null, then);
        } else {
          ctx.close();
        }
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
