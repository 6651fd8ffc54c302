package org.streamingcommands.api;

import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.stream.javadsl.Source;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.security.Principal;
import org.streamingcommands.security.Quota;

/** How long, and how many of, a principal's streamed answers may be open. */
record Tenure(Principal principal, Format format, Counters counters) {
  private static final Status EXPIRED =
      Status.UNAUTHENTICATED.withDescription(
          "the token or certificate is no longer valid; call again with another");

  static Tenure of(Call call, Counters counters) {
    return new Tenure(call.principal(), call.format(), counters);
  }

  /** What a stream ends with when what its caller showed does. */
  static Ending expired(Counters counters) {
    counters.refused(Refusal.Listener.API, Refusal.EXPIRED).increment();
    return Ending.of(EXPIRED, Refusal.EXPIRED);
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
            .recover(TimeoutException.class, () -> format.end(expired(counters))));
  }

  /** Counts the stream as one of the principal's connections, while it lives. */
  Source<ChunkStreamPart, ?> count(Source<ChunkStreamPart, ?> stream) {
    Quota quota = principal.quota();
    if (quota == Quota.NONE) {
      return stream;
    }
    // Counted when it begins: an answer whose caller is gone by then is never begun, nor ended.
    return Source.lazySource(() -> enter(quota, stream));
  }

  private Source<ChunkStreamPart, ?> enter(Quota quota, Source<ChunkStreamPart, ?> stream) {
    if (!quota.enter()) {
      counters.refused(Refusal.Listener.API, Refusal.TOO_MANY_CONNECTIONS).increment();
      return Source.single(
          format.end(
              Ending.of(
                  Status.RESOURCE_EXHAUSTED.withDescription(
                      "%s has as many streams open as it may".formatted(principal)),
                  Refusal.TOO_MANY_CONNECTIONS)));
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
