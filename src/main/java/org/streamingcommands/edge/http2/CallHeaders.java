package org.streamingcommands.edge.http2;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.http.GrpcTimeout;
import org.streamingcommands.grpc.http.MessageEncoding;
import org.streamingcommands.grpc.http.PercentEncoding;

/**
 * Headers of HTTP/2 as grpc-java's metadata, and back. See "gRPC over HTTP2", "Custom-Metadata":
 * binary values go by a name that ends in {@code -bin}, in Base64.
 */
final class CallHeaders {
  static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  static final AsciiString POST = AsciiString.cached("POST");
  static final AsciiString TIMEOUT = AsciiString.cached(GrpcTimeout.HEADER);
  static final AsciiString ENCODING = AsciiString.cached(MessageEncoding.HEADER);

  private static final AsciiString ACCEPT_ENCODING = AsciiString.cached("grpc-accept-encoding");
  private static final AsciiString ENCODINGS = AsciiString.cached("identity,gzip");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final AsciiString OK = AsciiString.cached("200");
  private static final AsciiString STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");

  /** Of the transport, and nobody's business above it. */
  private static final Set<String> TRANSPORT =
      Set.of("content-type", "te", "grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "host");

  private CallHeaders() {}

  /**
   * @throws IllegalArgumentException where a binary value is no Base64
   */
  static Metadata read(Http2Headers headers) {
    Metadata metadata = new Metadata();
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      String name = header.getKey().toString();
      if (name.charAt(0) != ':' && !TRANSPORT.contains(name)) {
        put(metadata, name, header.getValue().toString());
      }
    }
    return metadata;
  }

  private static void put(Metadata metadata, String name, String value) {
    if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      Metadata.Key<byte[]> key = binary(name);
      // Several may come as one, with commas between.
      for (String one : value.split(",")) {
        if (key != null) {
          metadata.put(key, Base64.getDecoder().decode(one.strip()));
        }
      }
      return;
    }
    Metadata.Key<String> key = text(name);
    if (key != null) {
      metadata.put(key, value);
    }
  }

  /** Null where HTTP allows the name and gRPC does not: then nobody can ask for it. */
  private static Metadata.@Nullable Key<String> text(String name) {
    try {
      return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Metadata.@Nullable Key<byte[]> binary(String name) {
    try {
      return Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The first headers of an answer. */
  static Http2Headers response(Metadata metadata) {
    Http2Headers headers = new DefaultHttp2Headers(false).status(OK).set(CONTENT_TYPE, GRPC);
    add(headers, metadata);
    return headers;
  }

  /**
   * The last headers of an answer.
   *
   * @param only whether they are the first, too
   */
  static Http2Headers trailers(Status status, Metadata metadata, boolean only) {
    Http2Headers headers = only ? response(metadata) : new DefaultHttp2Headers(false);
    if (!only) {
      add(headers, metadata);
    }
    addStatus(headers, status);
    return headers;
  }

  /**
   * All headers of an answer to a call that cannot be, which say too how messages may be compressed
   * ("gRPC compression": a caller that compressed them otherwise is to be told).
   */
  static Http2Headers refusal(Status status) {
    return trailers(status, new Metadata(), true).set(ACCEPT_ENCODING, ENCODINGS);
  }

  static void addStatus(Http2Headers headers, Status status) {
    headers.set(STATUS, Integer.toString(status.getCode().value()));
    String message = status.getDescription();
    if (message != null) {
      headers.set(MESSAGE, PercentEncoding.of(message));
    }
  }

  private static void add(Http2Headers headers, Metadata metadata) {
    for (String name : metadata.keys()) {
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        Iterable<byte[]> values =
            metadata.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
        if (values != null) {
          for (byte[] value : values) {
            headers.add(name, Base64.getEncoder().withoutPadding().encodeToString(value));
          }
        }
      } else {
        Iterable<String> values =
            metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        if (values != null) {
          for (String value : values) {
            headers.add(name, value);
          }
        }
      }
    }
  }
}
