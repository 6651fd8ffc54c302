package org.streamingcommands.edge.http2;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.support.RawMarshaller;

/** A server with one rpc that does what the test says, in bytes that are no protobuf. */
final class EchoServer implements AutoCloseable {
  static final String PATH = "/test.Echo/Echo";
  static final int MAX_MESSAGE = 4 << 20;
  static final MethodDescriptor<byte[], byte[]> METHOD =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(PATH.substring(1))
          .setRequestMarshaller(new RawMarshaller())
          .setResponseMarshaller(new RawMarshaller())
          .build();

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int LOOPS = 2;

  private final EventLoops loops = new EventLoops("echo", LOOPS);
  private final Http2Server server;
  private final ManagedChannel channel;

  EchoServer() throws IOException {
    this(Echo::new);
  }

  EchoServer(ServerCallHandler<byte[], byte[]> handler) throws IOException {
    server =
        new Http2Server(
                new ServerSettings(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    100,
                    MAX_MESSAGE,
                    8192,
                    100,
                    LONG,
                    LONG,
                    LONG,
                    LONG,
                    LONG,
                    Duration.ZERO,
                    Duration.ZERO),
                loops,
                List.of(),
                List.of(
                    ServerServiceDefinition.builder("test.Echo")
                        .addMethod(METHOD, handler)
                        .build()),
                null)
            .start();
    channel =
        NettyChannelBuilder.forAddress(address())
            .usePlaintext()
            .maxInboundMessageSize(MAX_MESSAGE)
            .build();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) server.getListenSockets().get(0);
  }

  EventLoops loops() {
    return loops;
  }

  Http2Server server() {
    return server;
  }

  EchoCaller call(String... headers) {
    return call(CallOptions.DEFAULT, headers);
  }

  EchoCaller call(CallOptions options, String... headers) {
    return new EchoCaller(channel.newCall(METHOD, options), headers);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    try {
      if (!server.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new AssertionError("a connection is still open");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      loops.stop();
    }
  }

  /** Sends back what comes, and is done when the caller is. */
  static class Echo extends ServerCall.Listener<byte[]> {
    final ServerCall<byte[], byte[]> call;
    final Context context = Context.current();

    Echo(ServerCall<byte[], byte[]> call, Metadata headers) {
      this.call = call;
      call.sendHeaders(headers);
      call.request(1);
    }

    @Override
    public void onMessage(byte[] message) {
      call.sendMessage(message);
      call.request(1);
    }

    @Override
    public void onHalfClose() {
      call.close(Status.OK, new Metadata());
    }
  }
}
