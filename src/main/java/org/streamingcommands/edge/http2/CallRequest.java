package org.streamingcommands.edge.http2;

import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.GrpcTimeout;
import org.streamingcommands.grpc.http.MessageEncoding;

/**
 * What the headers of a request ask for.
 *
 * @param encoding of its messages
 * @param timeoutNanos until the call's deadline; 0 for none
 */
record CallRequest<Q, A>(
    ServerMethodDefinition<Q, A> method,
    Metadata metadata,
    MessageEncoding encoding,
    long timeoutNanos) {

  /**
   * @throws FrameViolation where there is no such rpc, or a header makes no sense
   */
  static CallRequest<?, ?> of(Http2Headers headers, Services services) throws FrameViolation {
    String path = headers.path().toString();
    ServerMethodDefinition<?, ?> method = services.find(path);
    if (method == null) {
      throw new FrameViolation(
          Status.UNIMPLEMENTED.withDescription("Method not found: " + path.substring(1)));
    }
    try {
      return new CallRequest<>(
          method, CallHeaders.read(headers), encoding(headers), timeoutNanos(headers));
    } catch (IllegalArgumentException e) {
      throw new FrameViolation(Status.INTERNAL.withDescription(e.getMessage()));
    }
  }

  private static MessageEncoding encoding(Http2Headers headers) throws FrameViolation {
    CharSequence encoding = headers.get(CallHeaders.ENCODING);
    return encoding == null ? MessageEncoding.IDENTITY : MessageEncoding.of(encoding.toString());
  }

  private static long timeoutNanos(Http2Headers headers) throws FrameViolation {
    CharSequence timeout = headers.get(CallHeaders.TIMEOUT);
    if (timeout == null) {
      return 0;
    }
    // Centuries are as good as the longest that there is.
    return Math.max(1, TimeUnit.NANOSECONDS.convert(GrpcTimeout.parse(timeout.toString())));
  }
}
