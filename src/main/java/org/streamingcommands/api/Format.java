package org.streamingcommands.api;

import com.google.protobuf.MessageLite;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.streamingcommands.grpc.http.FrameBatch;
import org.streamingcommands.grpc.http.GrpcReply;
import org.streamingcommands.grpc.http.MessageBatch;

/** How the answers of a call are written: the calls themselves are the same for all. */
interface Format {

  /** As gRPC frames. */
  Format GRPC =
      new Format() {
        @Override
        public HttpResponse message(MessageLite message) {
          return GrpcReply.message(message);
        }

        @Override
        public HttpResponse ended(Ending ending) {
          return GrpcReply.status(ending.status(), ending.trailers());
        }

        @Override
        public HttpResponse stream(Source<ChunkStreamPart, ?> parts) {
          return GrpcReply.stream(parts);
        }

        @Override
        public MessageBatch batch() {
          return new FrameBatch();
        }

        @Override
        public ChunkStreamPart end(Ending ending) {
          return GrpcReply.end(ending.status(), ending.trailers());
        }
      };

  /** One message and OK. */
  HttpResponse message(MessageLite message);

  /** No message, but how the call ended. */
  HttpResponse ended(Ending ending);

  /** A stream of what batches hold, whose last part is {@link #end}. */
  HttpResponse stream(Source<ChunkStreamPart, ?> parts);

  MessageBatch batch();

  ChunkStreamPart end(Ending ending);
}
