package org.streamingcommands.api;

import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.Sender;
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.GrpcTimeout;
import org.streamingcommands.grpc.http.MessageEncoding;
import org.streamingcommands.security.Principal;

/**
 * One gRPC call, its headers read.
 *
 * @param request as it came
 * @param principal who calls
 * @param encoding how its messages are compressed
 * @param timeout how long the caller is going to wait; null for ever
 * @param deadline the same, as a time
 * @param format how its answers are written
 */
record Call(
    HttpRequest request,
    Principal principal,
    MessageEncoding encoding,
    @Nullable Duration timeout,
    @Nullable Instant deadline,
    Format format) {

  static Call of(HttpRequest request, Principal principal) throws FrameViolation {
    return of(request, principal, Format.GRPC);
  }

  static Call of(HttpRequest request, Principal principal, Format format) throws FrameViolation {
    String encoding = header(request, MessageEncoding.HEADER);
    String timeout = header(request, GrpcTimeout.HEADER);
    Duration wait = timeout == null ? null : GrpcTimeout.parse(timeout);
    if (wait != null && wait.isZero()) {
      throw Status.DEADLINE_EXCEEDED
          .withDescription("grpc-timeout: had passed when the call came")
          .asRuntimeException();
    }
    return new Call(
        request,
        principal,
        encoding == null ? MessageEncoding.IDENTITY : MessageEncoding.of(encoding),
        wait,
        wait == null ? null : Instant.now().plus(wait),
        format);
  }

  /** Who calls, for figures and for the audit log. */
  Sender sender() {
    return principal == Principal.ANYONE
        ? Sender.ANONYMOUS
        : new Sender(Sender.Mode.REMOTE, principal.name());
  }

  private static @Nullable String header(HttpRequest request, String name) {
    var header = request.getHeader(name).orElse(null);
    return header == null ? null : header.value();
  }
}
