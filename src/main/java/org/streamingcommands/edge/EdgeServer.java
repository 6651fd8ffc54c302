package org.streamingcommands.edge;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.ServerFrame;

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
            .addService(health(connections))
            .addStreamTracerFactory(CloseReason.FACTORY)
            .maxInboundMessageSize(settings.maxFrameBytes())
            .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
            .keepAliveTime(settings.keepaliveTime().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(settings.keepaliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(settings.permitKeepaliveTime().toNanos(), TimeUnit.NANOSECONDS);
    if (settings.reflection()) {
      addReflection(builder);
    }
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
    MethodDescriptor<ClientFrame, ServerFrame> connect =
        FrameMarshaller.tolerant(ClientStreamServiceGrpc.getConnectMethod());
    ServiceDescriptor service =
        ServiceDescriptor.newBuilder(ClientStreamServiceGrpc.SERVICE_NAME)
            .setSchemaDescriptor(
                ClientStreamServiceGrpc.getServiceDescriptor().getSchemaDescriptor())
            .addMethod(connect)
            .build();
    return ServerServiceDefinition.builder(service)
        .addMethod(
            connect,
            (call, headers) -> EdgeStream.open(call, settings, connections, loops.current()))
        .build();
  }

  /** Tells load balancers that the node takes clients, until it drains. */
  private static BindableService health(Connections connections) {
    HealthStatusManager health = new HealthStatusManager();
    health.setStatus(ClientStreamServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    connections.whenDraining().thenRun(health::enterTerminalState);
    return health.getHealthService();
  }

  /** In both versions: many a tool still asks for the older one alone. */
  @SuppressWarnings("deprecation")
  private static void addReflection(NettyServerBuilder builder) {
    builder
        .addService(ProtoReflectionServiceV1.newInstance())
        .addService(ProtoReflectionService.newInstance());
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
