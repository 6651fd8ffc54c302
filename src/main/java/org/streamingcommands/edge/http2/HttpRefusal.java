package org.streamingcommands.edge.http2;

import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request that is no gRPC: the HTTP status that the gRPC protocol asks for, and a
 * text for whoever tries it with a browser.
 *
 * @param httpStatus its status line
 * @param grpcStatus the same for a client that looks for that alone
 */
record HttpRefusal(int httpStatus, Status grpcStatus) {
  private static final String CONTENT_TYPE = "application/grpc";

  /** Why this is no call; null where it is one. */
  static @Nullable HttpRefusal of(Http2Headers request) {
    CharSequence path = request.path();
    if (path == null) {
      return new HttpRefusal(404, because(Status.UNIMPLEMENTED, "Expected path but is missing"));
    }
    if (path.isEmpty() || path.charAt(0) != '/') {
      return new HttpRefusal(
          404, because(Status.UNIMPLEMENTED, "Expected path to start with /: " + path));
    }
    CharSequence type = request.get(CallHeaders.CONTENT_TYPE);
    if (type == null) {
      return new HttpRefusal(
          415, because(Status.INTERNAL, "Content-Type is missing from the request"));
    }
    if (!isGrpc(type.toString())) {
      return new HttpRefusal(
          415, because(Status.INTERNAL, "Content-Type '%s' is not supported".formatted(type)));
    }
    if (!CallHeaders.POST.contentEquals(request.method())) {
      return new HttpRefusal(
          405,
          because(Status.INTERNAL, "Method '%s' is not supported".formatted(request.method())));
    }
    return null;
  }

  private static Status because(Status status, String text) {
    return status.withDescription(text);
  }

  /** application/grpc, and what may follow it: +proto, +json, ;charset. */
  private static boolean isGrpc(String type) {
    String lower = type.toLowerCase(Locale.ROOT);
    return lower.startsWith(CONTENT_TYPE)
        && (lower.length() == CONTENT_TYPE.length()
            || lower.charAt(CONTENT_TYPE.length()) == '+'
            || lower.charAt(CONTENT_TYPE.length()) == ';');
  }

  Http2Headers headers() {
    Http2Headers headers =
        new DefaultHttp2Headers(false)
            .status(Integer.toString(httpStatus))
            .set(CallHeaders.CONTENT_TYPE, "text/plain; charset=utf-8");
    CallHeaders.addStatus(headers, grpcStatus);
    return headers;
  }

  byte[] text() {
    return String.valueOf(grpcStatus.getDescription()).getBytes(StandardCharsets.UTF_8);
  }
}
