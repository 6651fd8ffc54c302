package org.streamingcommands.api;

import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.stream.javadsl.Source;
import org.streamingcommands.security.Principal;
import org.streamingcommands.security.Quota;

/** How long, and how many of, a principal's long-lived streams may be open. */
record Tenure(Principal principal, Format format) {

  static Tenure of(Call call) {
    return new Tenure(call.principal(), call.format());
  }

  static Status expired() {
    return Status.UNAUTHENTICATED.withDescription(
        "the token or certificate is no longer valid; call again with another");
  }

  /** Ends the stream when what the principal showed ends, and counts it. */
  Source<ChunkStreamPart, ?> limit(Source<ChunkStreamPart, ?> stream) {
    Instant end = principal.validUntil();
    if (end == null) {
      return count(stream);
    }
    Duration left = Duration.between(Instant.now(), end);
    Duration atLeast = left.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : left;
    return count(
        stream
            .completionTimeout(atLeast)
            .recover(TimeoutException.class, () -> format.end(Ending.of(expired()))));
  }

  /** Counts the stream as one of the principal's connections, while it lives. */
  Source<ChunkStreamPart, ?> count(Source<ChunkStreamPart, ?> stream) {
    Quota quota = principal.quota();
    if (quota == Quota.NONE) {
      return stream;
    }
    if (!quota.enter()) {
      return Source.single(
          format.end(
              Ending.of(
                  Status.RESOURCE_EXHAUSTED.withDescription(
                      "%s has as many streams open as it may".formatted(principal)))));
    }
    AtomicBoolean left = new AtomicBoolean();
    return stream.watchTermination(
        (before, done) -> {
          done.whenComplete(
              (end, failure) -> {
                if (left.compareAndSet(false, true)) {
                  quota.leave();
                }
              });
          return before;
        });
  }
}
