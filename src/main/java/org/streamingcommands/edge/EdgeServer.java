package org.streamingcommands.edge;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.connection.StreamThread;
import org.streamingcommands.edge.http2.EventLoops;
import org.streamingcommands.edge.http2.GrpcCall;
import org.streamingcommands.edge.http2.Http2Server;
import org.streamingcommands.grpc.FrameLogs;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.security.AuthenticationException;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.security.Principal;

/**
 * The edge: accepts clients and gives each stream to the engine. Listens from {@link #start} until
 * {@link #stop}. Every callback runs on a Netty event loop and nothing in them blocks.
 */
public final class EdgeServer {
  private static final String THREADS = "streaming-commands-edge";

  private final Http2Server server;
  private final EdgeSettings settings;
  private final ListenerSecurity security;

  private EdgeServer(Http2Server server, EdgeSettings settings, ListenerSecurity security) {
    this.server = server;
    this.security = security;
    this.settings = settings;
  }

  /** The threads that a server reads and writes on: the caller's to stop, after it. */
  public static EventLoops threads(int count) {
    EventLoops loops = new EventLoops(THREADS, count);
    loops.onEach(loop -> StreamThread.settle(loop.executor()));
    return loops;
  }

  /**
   * @param security closed by the server, or before this throws
   * @param loops made by {@link #threads}
   * @throws IOException where the address cannot be bound
   */
  public static EdgeServer start(
      EdgeSettings settings, Connections connections, ListenerSecurity security, EventLoops loops)
      throws IOException {
    FrameLogs.keepOut();
    List<ServerServiceDefinition> services = new ArrayList<>();
    services.add(health(connections).bindService());
    if (settings.reflection()) {
      addReflection(services, security, connections.counters());
    }
    try {
      Http2Server server =
          new Http2Server(
              settings.http2(),
              loops,
              List.of(clients(settings, connections, security)),
              services,
              EdgeTls.context(security.tls()));
      return new EdgeServer(server.start(), settings, security);
    } catch (IOException | RuntimeException e) {
      security.close();
      throw e;
    }
  }

  private static ServerServiceDefinition clients(
      EdgeSettings settings, Connections connections, ListenerSecurity security) {
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
            (call, headers) -> connect(GrpcCall.of(call), headers, settings, connections, security))
        .build();
  }

  private static ServerCall.Listener<InboundFrame> connect(
      GrpcCall<InboundFrame, OutboundFrame> call,
      Metadata headers,
      EdgeSettings settings,
      Connections connections,
      ListenerSecurity security) {
    Grounds grounds = admit(call, headers, security, connections.counters());
    if (grounds == null) {
      return new ServerCall.Listener<>() {};
    }
    return EdgeStream.open(call, settings, connections, grounds);
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
      List<ServerServiceDefinition> services, ListenerSecurity security, Counters counters) {
    ReflectionGuard guard = new ReflectionGuard(security, counters);
    services.add(ServerInterceptors.intercept(ProtoReflectionServiceV1.newInstance(), guard));
    services.add(ServerInterceptors.intercept(ProtoReflectionService.newInstance(), guard));
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
    }
  }
}
