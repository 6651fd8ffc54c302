package org.streamingcommands.api;

import java.nio.ByteBuffer;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.impl.engine.http2.TelemetrySpi;
import org.apache.pekko.http.scaladsl.model.HttpRequest;
import org.apache.pekko.http.scaladsl.model.HttpResponse;
import org.apache.pekko.stream.scaladsl.BidiFlow;
import org.apache.pekko.stream.scaladsl.Flow;
import org.apache.pekko.stream.scaladsl.Tcp.IncomingConnection;
import org.apache.pekko.util.ByteString;

/**
 * What this project adds to the connections that Pekko HTTP accepts: {@link DirectAnswers} to those
 * of HTTP/2, and a {@link FloodWatch} to those without TLS, for of the others it sees what nobody
 * can read (see {@link WatchedEngine}). Pekko HTTP makes it by its name, {@code
 * pekko.http.http2-telemetry-class}; a system that has another there loses nothing but the right
 * code in a goodbye, and some microseconds a call.
 */
final class WatchedConnections implements TelemetrySpi {
  /** As Pekko HTTP calls it. */
  WatchedConnections(ActorSystem system) {}

  @Override
  public Flow<IncomingConnection, IncomingConnection, NotUsed> serverBinding() {
    return org.apache.pekko.stream.javadsl.Flow.of(IncomingConnection.class)
        .map(WatchedConnections::watched)
        .asScala();
  }

  private static IncomingConnection watched(IncomingConnection connection) {
    FloodWatch watch = new FloodWatch(System.nanoTime());
    return connection.copy(
        connection.localAddress(),
        connection.remoteAddress(),
        org.apache.pekko.stream.javadsl.Flow.of(ByteString.class)
            .map(bytes -> written(watch, bytes))
            .via(connection.flow())
            .map(bytes -> received(watch, bytes))
            .asScala());
  }

  private static ByteString received(FloodWatch watch, ByteString bytes) {
    watch.received(bytes.asByteBuffer(), System.nanoTime());
    return bytes;
  }

  /** Each is one frame: what is longer than the goodbye, or shorter, is none. */
  private static ByteString written(FloodWatch watch, ByteString bytes) {
    if (bytes.length() != FloodWatch.GOODBYE) {
      return bytes;
    }
    ByteBuffer frame = bytes.asByteBuffer();
    ByteBuffer watched = watch.written(frame, System.nanoTime());
    return watched == frame ? bytes : ByteString.fromByteBuffer(watched);
  }

  @Override
  public BidiFlow<HttpResponse, HttpResponse, HttpRequest, HttpRequest, NotUsed>
      serverConnection() {
    return BidiFlow.fromGraph(new DirectAnswers());
  }

  @Override
  public BidiFlow<HttpRequest, HttpRequest, HttpResponse, HttpResponse, NotUsed> client() {
    return BidiFlow.identity();
  }
}
