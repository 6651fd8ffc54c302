package org.streamingcommands.edge;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;

/**
 * The edge: accepts clients and gives each stream to the engine. Listens from {@link #start} until
 * {@link #stop}. Every callback runs on a Netty event loop and nothing in them blocks.
 */
public final class EdgeServer {
  /** A few resets are a client's right; thousands are an attack (CVE-2023-44487). */
  private static final int MAX_RESETS = 200;

  private static final int RESET_WINDOW_SECONDS = 30;

  /** They log a stack trace for whatever a stranger does. Held: loggers are weak references. */
  private static final List<Logger> NOISE =
      List.of(
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler"));

  private final Server server;
  private final EdgeSettings settings;
  private final EventLoops loops;

  private EdgeServer(Server server, EdgeSettings settings, EventLoops loops) {
    this.server = server;
    this.settings = settings;
    this.loops = loops;
  }

  /**
   * @throws IOException where the address cannot be bound
   */
  public static EdgeServer start(EdgeSettings settings, Connections connections)
      throws IOException {
    NOISE.forEach(logger -> logger.setLevel(Level.SEVERE));
    EventLoops loops = new EventLoops(settings.eventLoops());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(settings.address())
            .directExecutor()
            .withOption(ChannelOption.SO_BACKLOG, settings.backlog())
            .addService(definition(settings, connections, loops))
            .addStreamTracerFactory(CloseReason.FACTORY)
            .maxInboundMessageSize(settings.maxFrameBytes())
            .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
            .keepAliveTime(settings.keepaliveTime().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(settings.keepaliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(settings.permitKeepaliveTime().toNanos(), TimeUnit.NANOSECONDS);
    Duration age = settings.maxConnectionAge();
    if (!age.isZero()) {
      builder
          .maxConnectionAge(age.toNanos(), TimeUnit.NANOSECONDS)
          .maxConnectionAgeGrace(settings.maxConnectionAgeGrace().toNanos(), TimeUnit.NANOSECONDS);
    }
    loops.serve(builder);
    try {
      return new EdgeServer(builder.build().start(), settings, loops);
    } catch (IOException e) {
      loops.stop();
      throw e;
    }
  }

  private static ServerServiceDefinition definition(
      EdgeSettings settings, Connections connections, EventLoops loops) {
    return ServerServiceDefinition.builder(ClientStreamServiceGrpc.SERVICE_NAME)
        .addMethod(
            FrameMarshaller.tolerant(ClientStreamServiceGrpc.getConnectMethod()),
            (call, headers) -> EdgeStream.open(call, settings, connections, loops.current()))
        .build();
  }

  /** Where it listens; the port is the real one. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getListenSockets().get(0);
  }

  /** Takes no more clients and ends those that are still here after stop-timeout. Blocks. */
  public void stop() {
    server.shutdown();
    try {
      if (!server.awaitTermination(settings.stopTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    } finally {
      loops.stop();
    }
  }
}
