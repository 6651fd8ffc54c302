package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc.ClientStreamServiceImplBase;
import org.streamingcommands.grpc.v1.ServerFrame;

/** A real server whose side of every stream is played by the test. */
final class ScriptedEdge implements AutoCloseable {
  static final long LIMIT_SECONDS = 30;

  private final BlockingQueue<ScriptedStream> streams = new LinkedBlockingQueue<>();
  private final Server server;
  private final String address;
  private volatile boolean welcomesAll;
  private volatile boolean readsOnDemand;

  ScriptedEdge() {
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .directExecutor()
              .addService(new Service())
              .build()
              .start();
      address = "127.0.0.1:" + server.getPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  String address() {
    return address;
  }

  /** The next stream that a client opens. */
  ScriptedStream accept() {
    return take(streams);
  }

  /** The next stream, greeted. */
  ScriptedStream welcome() {
    ScriptedStream stream = accept();
    assertThat(stream.next().hasHello()).isTrue();
    stream.welcome(1);
    return stream;
  }

  /** Greets every stream from now on. */
  void welcomeAll() {
    welcomesAll = true;
  }

  /** Reads only the hello of a stream, and the rest when {@link ScriptedStream#read()} says so. */
  void readOnDemand() {
    readsOnDemand = true;
  }

  /** Breaks every connection. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      assertThat(server.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static <T> T take(BlockingQueue<T> queue) {
    try {
      T next = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(next).as("within %d s", LIMIT_SECONDS).isNotNull();
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private final class Service extends ClientStreamServiceImplBase {
    @Override
    public StreamObserver<ClientFrame> connect(StreamObserver<ServerFrame> down) {
      var stream = new ScriptedStream(down);
      if (readsOnDemand) {
        stream.readOnlyTheHello();
      }
      if (welcomesAll) {
        stream.welcomeOnHello();
      }
      streams.add(stream);
      return stream.inbound();
    }
  }
}
