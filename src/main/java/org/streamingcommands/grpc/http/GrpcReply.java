package org.streamingcommands.grpc.http;

import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.Trailer;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.HttpEntity;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/** The answers of a gRPC call as Pekko HTTP writes them. Nothing is ever compressed. */
public final class GrpcReply {
  private static final ContentType CONTENT_TYPE =
      MediaTypes.applicationBinary("grpc+proto", true).toContentType();
  private static final Trailer OK_TRAILER =
      Trailer.create().addHeader(RawHeader.create("grpc-status", "0"));

  private GrpcReply() {}

  /** One message and OK, written without a stream. */
  public static HttpResponse message(MessageLite message) {
    return HttpResponse.create()
        .withEntity(HttpEntities.create(CONTENT_TYPE, FrameBatch.of(message)))
        .addAttribute(AttributeKeys.trailer, OK_TRAILER);
  }

  /** A status and no message. */
  public static HttpResponse status(Status status, @Nullable Metadata trailers) {
    return HttpResponse.create()
        .addHeaders(headers(status, trailers))
        .withEntity(
            HttpEntities.create(CONTENT_TYPE, org.apache.pekko.util.ByteString.emptyByteString()));
  }

  public static HttpResponse status(Throwable failure) {
    return status(statusOf(failure), Status.trailersFromThrowable(failure));
  }

  /** A stream of frames whose last part is {@link #end}. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public static HttpResponse stream(Source<ChunkStreamPart, ?> parts) {
    // The Java API has no way to give trailers that are known only at the end.
    org.apache.pekko.stream.scaladsl.Source scalaParts = parts.asScala();
    return HttpResponse.create()
        .withEntity(
            (org.apache.pekko.http.javadsl.model.ResponseEntity)
                new HttpEntity.Chunked(
                    (org.apache.pekko.http.scaladsl.model.ContentType) CONTENT_TYPE, scalaParts));
  }

  /** The last part of a stream. */
  public static ChunkStreamPart end(Status status, @Nullable Metadata trailers) {
    return ChunkStreamPart.createLast("", headers(status, trailers));
  }

  /** What a call ends with that failed so. Of what is no status, nothing but its kind leaks out. */
  public static Status statusOf(Throwable failure) {
    if (failure instanceof StatusRuntimeException withStatus) {
      return withStatus.getStatus();
    }
    if (failure instanceof StatusException withStatus) {
      return withStatus.getStatus();
    }
    if (failure instanceof FrameViolation violation) {
      return violation.status();
    }
    return Status.INTERNAL.withDescription(failure.getClass().getSimpleName());
  }

  /** A status and its trailers as headers, for whoever writes them in another way. */
  public static List<HttpHeader> headers(Status status, @Nullable Metadata trailers) {
    List<HttpHeader> headers = new ArrayList<>();
    headers.add(RawHeader.create("grpc-status", Integer.toString(status.getCode().value())));
    if (status.getDescription() != null) {
      headers.add(RawHeader.create("grpc-message", PercentEncoding.of(status.getDescription())));
    }
    if (trailers != null) {
      for (String key : trailers.keys()) {
        headers.add(RawHeader.create(key, value(key, trailers)));
      }
    }
    return headers;
  }

  private static String value(String key, Metadata trailers) {
    if (key.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      byte[] bytes = trailers.get(Metadata.Key.of(key, Metadata.BINARY_BYTE_MARSHALLER));
      return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }
    return String.valueOf(trailers.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER)));
  }
}
