package org.streamingcommands.edge.http2;

import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.GrpcTimeout;

/**
 * What the headers of a request ask for.
 *
 * @param decompressor of its messages; null where they come as they are
 * @param timeoutNanos until the call's deadline; 0 for none
 */
record CallRequest<Q, A>(
    ServerMethodDefinition<Q, A> method,
    Metadata metadata,
    @Nullable Decompressor decompressor,
    long timeoutNanos) {

  private static final DecompressorRegistry DECOMPRESSORS =
      DecompressorRegistry.getDefaultInstance();

  private static final Metadata.Key<String> ACCEPT_ENCODING =
      Metadata.Key.of("grpc-accept-encoding", Metadata.ASCII_STRING_MARSHALLER);

  /**
   * @throws CallFault where there is no such rpc, or a header makes no sense
   */
  static CallRequest<?, ?> of(Http2Headers headers, Services services) throws CallFault {
    String path = headers.path().toString();
    ServerMethodDefinition<?, ?> method = services.find(path);
    if (method == null) {
      throw new CallFault(
          Status.UNIMPLEMENTED.withDescription("Method not found: " + path.substring(1)));
    }
    try {
      return new CallRequest<>(
          method, CallHeaders.read(headers), decompressor(headers), timeoutNanos(headers));
    } catch (IllegalArgumentException e) {
      throw new CallFault(Status.INTERNAL.withDescription(e.getMessage()));
    }
  }

  private static @Nullable Decompressor decompressor(Http2Headers headers) throws CallFault {
    CharSequence encoding = headers.get(CallHeaders.ENCODING);
    if (encoding == null || "identity".contentEquals(encoding)) {
      return null;
    }
    Decompressor decompressor = DECOMPRESSORS.lookupDecompressor(encoding.toString());
    if (decompressor == null) {
      Metadata known = new Metadata();
      known.put(ACCEPT_ENCODING, String.join(",", DECOMPRESSORS.getAdvertisedMessageEncodings()));
      throw new CallFault(
          Status.UNIMPLEMENTED.withDescription("Can't find decompressor for " + encoding), known);
    }
    return decompressor;
  }

  private static long timeoutNanos(Http2Headers headers) throws CallFault {
    CharSequence timeout = headers.get(CallHeaders.TIMEOUT);
    if (timeout == null) {
      return 0;
    }
    try {
      // Centuries are as good as the longest that there is.
      return Math.max(1, TimeUnit.NANOSECONDS.convert(GrpcTimeout.parse(timeout.toString())));
    } catch (FrameViolation e) {
      throw new CallFault(e.status());
    }
  }
}
