package org.streamingcommands.api;

import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.streamingcommands.grpc.http.FrameBatch;
import org.streamingcommands.grpc.http.GrpcReply;
import org.streamingcommands.grpc.http.MessageBatch;

/**
 * As gRPC-Web, for browsers and whatever else reads no HTTP trailers: those are the last frame of
 * the body. Binary only.
 */
final class WebFormat implements Format {
  static final WebFormat INSTANCE = new WebFormat();

  private static final ContentType TYPE =
      MediaTypes.applicationBinary("grpc-web+proto", true).toContentType();
  private static final byte TRAILERS = (byte) 0x80;

  private WebFormat() {}

  @Override
  public HttpResponse message(MessageLite message) {
    return HttpResponse.create()
        .withEntity(HttpEntities.create(TYPE, FrameBatch.of(message).concat(trailers(Ending.OK))));
  }

  @Override
  public HttpResponse ended(Ending ending) {
    return HttpResponse.create().withEntity(HttpEntities.create(TYPE, trailers(ending)));
  }

  @Override
  public HttpResponse stream(Source<ChunkStreamPart, ?> parts) {
    return HttpResponse.create()
        .withEntity(HttpEntities.createChunked(TYPE, parts.map(ChunkStreamPart::data)));
  }

  @Override
  public MessageBatch batch() {
    return new FrameBatch();
  }

  @Override
  public ChunkStreamPart end(Ending ending) {
    return ChunkStreamPart.create(trailers(ending));
  }

  private static ByteString trailers(Ending ending) {
    StringBuilder lines = new StringBuilder();
    Metadata details = ending.trailers();
    for (HttpHeader header : GrpcReply.headers(ending.status(), details)) {
      lines.append(header.lowercaseName()).append(": ").append(header.value()).append("\r\n");
    }
    byte[] text = lines.toString().getBytes(StandardCharsets.US_ASCII);
    byte[] head = {
      TRAILERS,
      (byte) (text.length >>> 24),
      (byte) (text.length >>> 16),
      (byte) (text.length >>> 8),
      (byte) text.length
    };
    return ByteString.fromArray(head).concat(ByteString.fromArray(text));
  }
}
