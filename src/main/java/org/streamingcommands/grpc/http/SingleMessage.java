package org.streamingcommands.grpc.http;

import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Reads the one message of a unary call. The future fails with {@link FrameViolation} as soon as
 * the message is known to be wrong, and with a status when it does not come in time or ends early.
 * Never cancels what it reads from: that would reset the HTTP/2 stream under its answer.
 *
 * @param <M> the type of the message
 */
public final class SingleMessage<M>
    extends AbstractGraphStageWithMaterializedValue<SinkShape<ByteString>, CompletableFuture<M>> {
  private final Inlet<ByteString> in = Inlet.create("SingleMessage.in");
  private final FrameReader<M> reader;
  private final Duration timeout;

  /**
   * @param reader used by this call alone
   * @param timeout how long the message may take to come
   */
  public SingleMessage(FrameReader<M> reader, Duration timeout) {
    this.reader = reader;
    this.timeout = timeout;
  }

  /** What ends a call whose request takes longer than this to come. */
  public static Status tooSlow(Duration timeout) {
    return Status.DEADLINE_EXCEEDED.withDescription(
        "the request did not come whole within %d ms".formatted(timeout.toMillis()));
  }

  /** Reads the message where all its bytes are at hand. */
  public static <M> M parse(FrameReader<M> reader, ByteString bytes) throws FrameViolation {
    reader.add(bytes);
    return onlyOne(reader, reader.next());
  }

  private static <M> M onlyOne(FrameReader<M> reader, @Nullable M message) throws FrameViolation {
    if (message == null) {
      throw FrameViolation.invalid("the request holds no whole message");
    }
    if (reader.isInMessage()) {
      throw FrameViolation.invalid("the request holds more than one message");
    }
    return message;
  }

  @Override
  public SinkShape<ByteString> shape() {
    return SinkShape.of(in);
  }

  @Override
  public Pair<GraphStageLogic, CompletableFuture<M>> createLogicAndMaterializedValuePair(
      Attributes attributes) {
    CompletableFuture<M> result = new CompletableFuture<>();
    return new Pair<>(new Logic(result), result);
  }

  private final class Logic extends TimerGraphStageLogic {
    private final CompletableFuture<M> result;
    private @Nullable M message;

    Logic(CompletableFuture<M> result) {
      super(shape());
      this.result = result;
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              ByteString chunk = grab(in);
              if (!result.isDone()) {
                try {
                  reader.add(chunk);
                  message = message == null ? reader.next() : message;
                  if (message != null) {
                    onlyOne(reader, message);
                  }
                } catch (FrameViolation e) {
                  result.completeExceptionally(e);
                }
              }
              pull(in);
            }

            @Override
            public void onUpstreamFinish() {
              try {
                if (!result.isDone()) {
                  result.complete(onlyOne(reader, message));
                }
              } catch (FrameViolation e) {
                result.completeExceptionally(e);
              }
              completeStage();
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              // The caller reset its call, or is gone: nobody's mistake but its own.
              result.completeExceptionally(
                  Status.CANCELLED
                      .withDescription("the request ended early")
                      .withCause(failure)
                      .asRuntimeException());
              completeStage();
            }
          });
    }

    @Override
    public void preStart() {
      scheduleOnce("timeout", timeout);
      pull(in);
    }

    @Override
    public void onTimer(Object key) {
      // What still comes is read and dropped, as after any other mistake.
      result.completeExceptionally(tooSlow(timeout).asRuntimeException());
    }
  }
}
