package org.streamingcommands.api;

import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import java.time.Duration;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.grpc.http.MessageBatch;
import org.streamingcommands.json.JsonTypes;

/**
 * As protobuf JSON. A stream is one of Server-Sent Events: each message an event without a name,
 * and last one named {@code end} or {@code error}.
 *
 * @param types those of the service that the call is about
 */
record JsonFormat(JsonTypes types) implements Format {
  /** Proxies cut a quiet stream off, some after half a minute. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

  private static final ByteString COMMENT = ByteString.fromString(":\n\n");

  /** Nothing that a browser stores answers for the state of a fleet. */
  private static final RawHeader NO_STORE = RawHeader.create("Cache-Control", "no-store");

  @Override
  public HttpResponse message(MessageLite message) {
    return HttpResponse.create()
        .addHeader(NO_STORE)
        .withEntity(ContentTypes.APPLICATION_JSON, types.line((Message) message) + '\n');
  }

  @Override
  public HttpResponse ended(Ending ending) {
    return ended(ending, HttpCodes.of(ending.status().getCode()));
  }

  /** With a code of HTTP's own, where that says more than the status does. */
  HttpResponse ended(Ending ending, int code) {
    return HttpResponse.create()
        .withStatus(code)
        .addHeader(NO_STORE)
        .withEntity(ContentTypes.APPLICATION_JSON, problem(ending, code) + '\n');
  }

  @Override
  public HttpResponse stream(Source<ChunkStreamPart, ?> parts) {
    Source<ChunkStreamPart, ?> alive =
        parts.keepAlive(KEEP_ALIVE, () -> ChunkStreamPart.create(COMMENT));
    return HttpResponse.create()
        .addHeader(NO_STORE)
        .withEntity(
            HttpEntities.createChunked(
                MediaTypes.TEXT_EVENT_STREAM.toContentType(), alive.map(ChunkStreamPart::data)));
  }

  @Override
  public MessageBatch batch() {
    return new Events();
  }

  @Override
  public ChunkStreamPart end(Ending ending) {
    String event =
        ending.status().isOk()
            ? "event: end\ndata: {}\n\n"
            : "event: error\ndata: "
                + problem(ending, HttpCodes.of(ending.status().getCode()))
                + "\n\n";
    return ChunkStreamPart.create(ByteString.fromString(event));
  }

  /** What went wrong, in the same words as a gRPC status and its ErrorInfo. */
  private static String problem(Ending ending, int code) {
    JsonObject error = new JsonObject();
    error.addProperty("code", code);
    error.addProperty("status", ending.status().getCode().name());
    String description = ending.status().getDescription();
    error.addProperty("message", description == null ? "" : description);
    error.addProperty(
        "reason", ending.reason().isEmpty() ? ending.status().getCode().name() : ending.reason());
    Outcome.Undelivered<?> undelivered = ending.undelivered();
    if (undelivered != null) {
      error.addProperty("certainty", undelivered.certainty().name());
    }
    if (!ending.commandId().isEmpty()) {
      error.addProperty("commandId", ending.commandId());
    }
    JsonObject whole = new JsonObject();
    whole.add("error", error);
    return whole.toString();
  }

  /** One event a message. */
  private final class Events implements MessageBatch {
    private static final int FULL = 32 * 1024;

    private ByteStringBuilder bytes = ByteString.createBuilder();

    @Override
    public void add(MessageLite message) {
      bytes.append(ByteString.fromString("data: " + types.line((Message) message) + "\n\n"));
    }

    @Override
    public boolean isFull() {
      return bytes.length() >= FULL;
    }

    @Override
    public boolean isEmpty() {
      return bytes.isEmpty();
    }

    @Override
    public ByteString take() {
      ByteString taken = bytes.result();
      bytes = ByteString.createBuilder();
      return taken;
    }
  }
}
