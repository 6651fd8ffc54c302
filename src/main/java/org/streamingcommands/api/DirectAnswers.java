package org.streamingcommands.api;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.http.impl.engine.http2.Http2;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.scaladsl.model.HttpRequest;
import org.apache.pekko.http.scaladsl.model.HttpResponse;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * Part of each HTTP/2 connection: asks a handler for the answers to calls that have come whole, on
 * the connection's own stream. The way around, through Pekko HTTP, has three tasks of a dispatcher
 * and a message for each, since a handler may be slow there. Requests go it until a handler that is
 * not, and that was asked in that way once, {@linkplain Lane#take takes} the connection's.
 *
 * <p>All that is asked here is a stream of the connection, of which there are so many at most.
 */
final class DirectAnswers
    extends GraphStage<BidiShape<HttpResponse, HttpResponse, HttpRequest, HttpRequest>> {

  /** Whoever may be asked on a connection's own stream. */
  interface Handler {
    /** Whether this one may, which must not take long. */
    boolean isDirect(org.apache.pekko.http.javadsl.model.HttpRequest request);

    /** Must not block, throw, or fail. */
    CompletionStage<org.apache.pekko.http.javadsl.model.HttpResponse> answer(
        org.apache.pekko.http.javadsl.model.HttpRequest request);
  }

  /** The lane of one connection, from where requests go the way around until it is taken. */
  static final class Lane {
    private static final AttributeKey<Lane> KEY =
        AttributeKey.create("streaming-commands-lane", Lane.class);

    private volatile @Nullable Handler handler;

    private Lane() {}

    /** Those that follow on the connection of this request are asked directly. */
    static void take(org.apache.pekko.http.javadsl.model.HttpRequest request, Handler handler) {
      request.getAttribute(KEY).ifPresent(lane -> lane.handler = handler);
    }
  }

  private final Inlet<HttpResponse> responseIn = Inlet.create("DirectAnswers.responseIn");
  private final Outlet<HttpResponse> responseOut = Outlet.create("DirectAnswers.responseOut");
  private final Inlet<HttpRequest> requestIn = Inlet.create("DirectAnswers.requestIn");
  private final Outlet<HttpRequest> requestOut = Outlet.create("DirectAnswers.requestOut");

  @Override
  public BidiShape<HttpResponse, HttpResponse, HttpRequest, HttpRequest> shape() {
    return new BidiShape<>(responseIn, responseOut, requestIn, requestOut);
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private final Lane lane = new Lane();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AsyncCallback<Logic> awake = createAsyncCallback(Logic::onAwake);

    /** Added to by whoever brings an answer. */
    private final Queue<HttpResponse> answered = new ConcurrentLinkedQueue<>();

    /** What waits for the connection to take it. */
    private final Queue<HttpResponse> responses = new ArrayDeque<>();

    private int underway;

    Logic() {
      super(shape());
      setHandler(
          requestIn,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              request(grab(requestIn));
            }

            @Override
            public void onUpstreamFinish() {
              complete(requestOut);
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              fail(requestOut, failure);
            }
          });
      setHandler(
          requestOut,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              pull(requestIn);
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              cancel(requestIn, cause);
            }
          });
      setHandler(
          responseIn,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              responses.add(grab(responseIn));
              flush();
            }

            @Override
            public void onUpstreamFinish() {
              flush();
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              fail(responseOut, failure);
            }
          });
      setHandler(
          responseOut,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              flush();
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              cancel(responseIn, cause);
            }
          });
    }

    private void request(HttpRequest request) {
      Handler handler = lane.handler;
      if (handler == null) {
        push(requestOut, (HttpRequest) request.addAttribute(Lane.KEY, lane));
      } else if (handler.isDirect(request)) {
        ask(handler, request);
        pull(requestIn);
      } else {
        push(requestOut, request);
      }
    }

    private void ask(Handler handler, HttpRequest request) {
      Object stream = request.getAttribute(Http2.streamId()).orElseThrow();
      CompletableFuture<org.apache.pekko.http.javadsl.model.HttpResponse> answer =
          handler.answer(request).toCompletableFuture();
      if (answer.isDone()) {
        responses.add(onStream(answer.join(), stream));
        flush();
        return;
      }
      underway++;
      answer.thenAccept(response -> add(onStream(response, stream)));
    }

    /** Pekko HTTP writes it to the stream that it names. */
    private static HttpResponse onStream(
        org.apache.pekko.http.javadsl.model.HttpResponse response, Object stream) {
      return (HttpResponse) response.addAttribute(Http2.streamId(), stream);
    }

    /** On any thread. The first after each taking wakes the stage, for all that come meanwhile. */
    private void add(HttpResponse response) {
      answered.add(response);
      if (woken.compareAndSet(false, true)) {
        awake.invoke(this);
      }
    }

    private void onAwake() {
      // Before they are taken: what comes later wakes it again.
      woken.set(false);
      for (HttpResponse response = answered.poll(); response != null; response = answered.poll()) {
        underway--;
        responses.add(response);
      }
      flush();
    }

    private void flush() {
      if (isAvailable(responseOut)) {
        HttpResponse response = responses.poll();
        if (response != null) {
          push(responseOut, response);
        } else if (!isClosed(responseIn) && !hasBeenPulled(responseIn)) {
          pull(responseIn);
        }
      }
      if (isClosed(responseIn) && underway == 0 && responses.isEmpty()) {
        complete(responseOut);
      }
    }
  }
}
