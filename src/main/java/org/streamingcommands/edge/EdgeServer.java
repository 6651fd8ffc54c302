package org.streamingcommands.edge;

import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
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
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.grpc.FrameLogs;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.security.AuthenticationException;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.security.Principal;
import org.streamingcommands.security.ServerTls;

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
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport"));

  private final Server server;
  private final EdgeSettings settings;
  private final EventLoops loops;
  private final ListenerSecurity security;

  private EdgeServer(
      Server server, EdgeSettings settings, EventLoops loops, ListenerSecurity security) {
    this.server = server;
    this.security = security;
    this.settings = settings;
    this.loops = loops;
  }

  /**
   * @param security closed by the server, or before this throws
   * @throws IOException where the address cannot be bound
   */
  public static EdgeServer start(
      EdgeSettings settings, Connections connections, ListenerSecurity security)
      throws IOException {
    FrameLogs.keepOut();
    NOISE.forEach(logger -> logger.setLevel(Level.SEVERE));
    EventLoops loops = new EventLoops(settings.eventLoops());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(settings.address(), credentials(security.tls()))
            .directExecutor()
            .withOption(ChannelOption.SO_BACKLOG, settings.backlog())
            .addService(definition(settings, connections, loops, security))
            .addService(health(connections))
            .handshakeTimeout(settings.handshakeTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .maxInboundMetadataSize(settings.maxHeaderBytes())
            .maxConcurrentCallsPerConnection(settings.maxStreamsPerConnection())
            .maxConnectionIdle(settings.idleTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .addStreamTracerFactory(CloseReason.FACTORY)
            .maxInboundMessageSize(settings.maxFrameBytes())
            .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
            .keepAliveTime(settings.keepaliveTime().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(settings.keepaliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(settings.permitKeepaliveTime().toNanos(), TimeUnit.NANOSECONDS);
    if (settings.reflection()) {
      addReflection(builder, security, connections.counters());
    }
    Duration age = settings.maxConnectionAge();
    if (!age.isZero()) {
      builder
          .maxConnectionAge(age.toNanos(), TimeUnit.NANOSECONDS)
          .maxConnectionAgeGrace(settings.maxConnectionAgeGrace().toNanos(), TimeUnit.NANOSECONDS);
    }
    loops.serve(builder);
    try {
      return new EdgeServer(builder.build().start(), settings, loops, security);
    } catch (IOException | RuntimeException e) {
      loops.stop();
      security.close();
      throw e;
    }
  }

  private static ServerServiceDefinition definition(
      EdgeSettings settings, Connections connections, EventLoops loops, ListenerSecurity security) {
    MethodDescriptor<InboundFrame, OutboundFrame> connect = ConnectMethod.DESCRIPTOR;
    ServiceDescriptor service =
        ServiceDescriptor.newBuilder(ClientStreamServiceGrpc.SERVICE_NAME)
            .setSchemaDescriptor(
                ClientStreamServiceGrpc.getServiceDescriptor().getSchemaDescriptor())
            .addMethod(connect)
            .build();
    return ServerServiceDefinition.builder(service)
        .addMethod(
            connect,
            (call, headers) -> {
              Grounds grounds = admit(call, headers, security, connections.counters());
              return grounds == null
                  ? new ServerCall.Listener<>() {}
                  : EdgeStream.open(call, settings, connections, grounds, loops);
            })
        .build();
  }

  /** Lets the caller in, or ends its call. */
  private static @Nullable Grounds admit(
      ServerCall<?, ?> call, Metadata headers, ListenerSecurity security, Counters counters) {
    try {
      Principal principal = Doorkeeper.ask(call, headers, security);
      Grounds grounds = Grounds.of(security, principal);
      if (grounds != null) {
        return grounds;
      }
      Doorkeeper.refuse(
          call,
          counters,
          Refusal.TOO_MANY_CONNECTIONS,
          Status.RESOURCE_EXHAUSTED.withDescription(
              "%s has as many connections as it may".formatted(principal)));
    } catch (AuthenticationException e) {
      Doorkeeper.refuse(call, counters, e);
    }
    return null;
  }

  private static ServerCredentials credentials(@Nullable ServerTls tls) {
    if (tls == null) {
      return InsecureServerCredentials.create();
    }
    TlsServerCredentials.Builder builder =
        TlsServerCredentials.newBuilder().keyManager(tls.keyManager());
    if (tls.trustManager() != null) {
      builder
          .trustManager(tls.trustManager())
          .clientAuth(
              tls.isCertificateRequired()
                  ? TlsServerCredentials.ClientAuth.REQUIRE
                  : TlsServerCredentials.ClientAuth.OPTIONAL);
    }
    return builder.build();
  }

  /**
   * Tells load balancers that the node takes clients, until it drains. Asks nobody who they are.
   */
  private static BindableService health(Connections connections) {
    HealthStatusManager health = new HealthStatusManager();
    health.setStatus(ClientStreamServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    connections.whenDraining().thenRun(health::enterTerminalState);
    return health.getHealthService();
  }

  /** In both versions: many a tool still asks for the older one alone. */
  @SuppressWarnings("deprecation")
  private static void addReflection(
      NettyServerBuilder builder, ListenerSecurity security, Counters counters) {
    ReflectionGuard guard = new ReflectionGuard(security, counters);
    builder
        .addService(ServerInterceptors.intercept(ProtoReflectionServiceV1.newInstance(), guard))
        .addService(ServerInterceptors.intercept(ProtoReflectionService.newInstance(), guard));
  }

  /** Where it listens; the port is the real one. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getListenSockets().get(0);
  }

  /** Takes no more clients and ends those that are still here after stop-timeout. Blocks. */
  public void stop() {
    security.close();
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
