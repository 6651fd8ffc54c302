package org.streamingcommands.grpc.http;

import com.google.protobuf.Parser;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wire's side of a bidi call: joined with a flow from batches of messages to chunks of frames
 * ({@link FrameBatch}), it makes the part of an HTTP/2 response.
 *
 * <p>On Pekko HTTP a failure between the wire and the user's code cancels the inbound half of the
 * HTTP/2 stream, and the next outbound element then tears down the whole connection, with all other
 * calls on it. So this stage never fails and never cancels its inlet: whatever goes wrong ends the
 * outbound half with a status, and what still comes in is read and dropped. The flow's own failure
 * is the call's status, see {@link GrpcReply#statusOf}.
 *
 * <p>One chunk of the wire is one batch, so the flow's demand is the caller's back-pressure.
 *
 * @param <M> the type of the caller's messages
 */
public final class GuardedBidi<M>
    extends GraphStage<BidiShape<ByteString, List<M>, ByteString, ChunkStreamPart>> {
  private static final Logger log = LoggerFactory.getLogger(GuardedBidi.class);

  private final Inlet<ByteString> wireIn = Inlet.create("GuardedBidi.wireIn");
  private final Outlet<List<M>> messages = Outlet.create("GuardedBidi.messages");
  private final Inlet<ByteString> replies = Inlet.create("GuardedBidi.replies");
  private final Outlet<ChunkStreamPart> wireOut = Outlet.create("GuardedBidi.wireOut");
  private final Parser<M> parser;
  private final MessageEncoding encoding;
  private final int maxMessageSize;
  private final @Nullable Duration timeout;

  /**
   * @param encoding how the caller compresses, by its header
   * @param maxMessageSize larger messages end the call with RESOURCE_EXHAUSTED
   * @param timeout after which the call ends with DEADLINE_EXCEEDED; null for never
   */
  public GuardedBidi(
      Parser<M> parser, MessageEncoding encoding, int maxMessageSize, @Nullable Duration timeout) {
    this.parser = parser;
    this.encoding = encoding;
    this.maxMessageSize = maxMessageSize;
    this.timeout = timeout;
  }

  @Override
  public BidiShape<ByteString, List<M>, ByteString, ChunkStreamPart> shape() {
    return new BidiShape<>(wireIn, messages, replies, wireOut);
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic {
    private final FrameReader<M> reader = new FrameReader<>(parser, encoding, maxMessageSize);
    private @Nullable ChunkStreamPart end;

    Logic() {
      super(shape());
      setHandler(wireIn, new FromWire());
      setHandler(messages, new ToFlow());
      setHandler(replies, new FromFlow());
      setHandler(wireOut, new ToWire());
    }

    @Override
    public void preStart() {
      if (timeout != null) {
        scheduleOnce("deadline", timeout);
      }
    }

    @Override
    public void onTimer(Object key) {
      end(Status.DEADLINE_EXCEEDED.withDescription("the call's deadline passed"), null);
    }

    private void end(Status status, @Nullable Metadata trailers) {
      if (end != null) {
        return;
      }
      end = GrpcReply.end(status, trailers);
      if (!isClosed(replies)) {
        cancel(replies);
      }
      if (!isClosed(messages)) {
        fail(messages, status.asRuntimeException(trailers));
      }
      if (isAvailable(wireOut)) {
        pushEnd();
      }
      drain();
    }

    private void pushEnd() {
      push(wireOut, end);
      complete(wireOut);
    }

    private void drain() {
      if (!isClosed(wireIn) && !hasBeenPulled(wireIn)) {
        pull(wireIn);
      }
    }

    private final class FromWire extends AbstractInHandler {
      @Override
      public void onPush() {
        ByteString chunk = grab(wireIn);
        if (isClosed(messages)) {
          pull(wireIn);
          return;
        }
        try {
          List<M> batch = read(chunk);
          if (batch.isEmpty()) {
            pull(wireIn);
          } else {
            push(messages, batch);
          }
        } catch (FrameViolation e) {
          end(e.status(), null);
        } catch (RuntimeException e) {
          log.error("could not read a message; its call ends", e);
          end(GrpcReply.statusOf(e), null);
        }
      }

      private List<M> read(ByteString chunk) throws FrameViolation {
        List<M> batch = new ArrayList<>();
        reader.add(chunk);
        for (M next = reader.next(); next != null; next = reader.next()) {
          batch.add(next);
        }
        return batch;
      }

      @Override
      public void onUpstreamFinish() {
        if (isClosed(messages)) {
          return;
        }
        if (reader.isInMessage()) {
          end(Status.INVALID_ARGUMENT.withDescription("the stream ended within a message"), null);
        } else {
          complete(messages);
        }
      }

      @Override
      public void onUpstreamFailure(Throwable failure) {
        // The caller reset its stream, or the connection broke; the outbound half hears of it too.
        if (!isClosed(messages)) {
          fail(messages, Status.CANCELLED.withCause(failure).asRuntimeException());
        }
      }
    }

    private final class ToFlow extends AbstractOutHandler {
      @Override
      public void onPull() {
        drain();
      }

      @Override
      public void onDownstreamFinish(Throwable cause) {
        drain();
      }
    }

    private final class FromFlow extends AbstractInHandler {
      @Override
      public void onPush() {
        push(wireOut, ChunkStreamPart.create(grab(replies)));
      }

      @Override
      public void onUpstreamFinish() {
        end(Status.OK, null);
      }

      @Override
      public void onUpstreamFailure(Throwable failure) {
        end(GrpcReply.statusOf(failure), Status.trailersFromThrowable(failure));
      }
    }

    private final class ToWire extends AbstractOutHandler {
      @Override
      public void onPull() {
        if (end != null) {
          pushEnd();
        } else if (!hasBeenPulled(replies)) {
          pull(replies);
        }
      }

      @Override
      public void onDownstreamFinish(Throwable cause) {
        // The caller went; the flow hears so from both sides.
        if (!isClosed(replies)) {
          cancel(replies);
        }
        if (!isClosed(messages)) {
          fail(messages, Status.CANCELLED.asRuntimeException());
        }
        drain();
      }
    }
  }
}
