package org.streamingcommands.connection;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A stream's place as the client's connection, and who may take it. */
record Attachment(StreamRef stream, Downlink downlink, String instanceId, long epoch) {
  /** A hello that claims an epoch from further in the future than any clock is wrong. */
  private static final Duration MAX_SKEW = Duration.ofDays(365);

  boolean isOf(StreamRef other) {
    return stream.equals(other);
  }

  /** Why a stream that says hello cannot be the connection; null where it can. */
  static @Nullable Rejection rejection(
      @Nullable Attachment current, Hello hello, SecondConnection second, long nowMillis) {
    long latest = nowMillis + MAX_SKEW.toMillis();
    if (hello.lastEpoch() < 0 || hello.lastEpoch() > latest) {
      return new Rejection(
          Rejection.Kind.INVALID,
          "last_epoch: %s was never given out".formatted(Long.toUnsignedString(hello.lastEpoch())));
    }
    if (current != null && second == SecondConnection.REJECT_NEW && !current.isOfProcess(hello)) {
      return new Rejection(
          Rejection.Kind.ALREADY_CONNECTED,
          "client_id: '%s' is connected".formatted(hello.client()));
    }
    return null;
  }

  /**
   * One more than the largest seen. The client brings its last one along and the clock seeds the
   * first, so that it also grows over nodes, restarts and skewed clocks.
   */
  static long nextEpoch(long largestEpoch, Hello hello, long nowMillis) {
    long largest = Math.max(largestEpoch, hello.lastEpoch());
    return largest == 0 ? nowMillis : largest + 1;
  }

  /**
   * Only another process keeps the older one away. One process has a second connection where the
   * network delivers an earlier attempt late: told to stay away, it would be gone for good.
   */
  Goodbye replacedBy(Hello hello) {
    return isOfProcess(hello)
        ? Goodbye.of(
            Goodbye.Cause.DISCONNECTED, "another connection of this process took this one's place")
        : Goodbye.of(Goodbye.Cause.REPLACED, "a newer connection took this one's place");
  }

  private boolean isOfProcess(Hello hello) {
    return !hello.instanceId().isEmpty() && hello.instanceId().equals(instanceId);
  }
}
