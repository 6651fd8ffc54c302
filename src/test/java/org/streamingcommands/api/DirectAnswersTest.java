package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.impl.engine.http2.Http2;
import org.apache.pekko.http.scaladsl.model.HttpRequest;
import org.apache.pekko.http.scaladsl.model.HttpResponse;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.support.TestNode;

/** Who is asked for the answers of a connection, and that each goes to its own stream. */
class DirectAnswersTest implements DirectAnswers.Handler {
  private static final ActorTestKit KIT = ActorTestKit.create("test", TestNode.config());
  private static final int MOST = 100;

  /** What was asked directly, by its path. */
  private final Map<String, CompletableFuture<org.apache.pekko.http.javadsl.model.HttpResponse>>
      asked = new ConcurrentHashMap<>();

  /** What went the way around. */
  private final List<String> around = new ArrayList<>();

  private boolean takes = true;
  private CompletableFuture<Done> ended = new CompletableFuture<>();
  private final BoundedSourceQueue<HttpRequest> requests;
  private final SinkQueueWithCancel<HttpResponse> responses;

  DirectAnswersTest() {
    Flow<HttpRequest, HttpResponse, ?> wayAround =
        Flow.of(HttpRequest.class)
            .map(
                request -> {
                  around.add(path(request));
                  if (takes) {
                    DirectAnswers.Lane.take(request, this);
                  }
                  return response("around " + path(request), stream(request));
                });
    Pair<BoundedSourceQueue<HttpRequest>, SinkQueueWithCancel<HttpResponse>> ends =
        Source.<HttpRequest>queue(MOST)
            .watchTermination(
                (queue, end) -> {
                  ended = end.toCompletableFuture();
                  return queue;
                })
            .via(BidiFlow.fromGraph(new DirectAnswers()).reversed().join(wayAround))
            .toMat(Sink.queue(1), Keep.both())
            .run(KIT.system());
    requests = ends.first();
    responses = ends.second();
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Override
  public boolean isDirect(org.apache.pekko.http.javadsl.model.HttpRequest request) {
    return !path(request).startsWith("/slow");
  }

  @Override
  public CompletionStage<org.apache.pekko.http.javadsl.model.HttpResponse> answer(
      org.apache.pekko.http.javadsl.model.HttpRequest request) {
    var answer = new CompletableFuture<org.apache.pekko.http.javadsl.model.HttpResponse>();
    if (path(request).startsWith("/now")) {
      answer.complete(response(path(request)));
    }
    asked.put(path(request), answer);
    return answer;
  }

  private static String path(org.apache.pekko.http.javadsl.model.HttpRequest request) {
    return request.getUri().path();
  }

  private static Object stream(org.apache.pekko.http.javadsl.model.HttpRequest request) {
    return request.getAttribute(Http2.streamId()).orElseThrow();
  }

  private static org.apache.pekko.http.javadsl.model.HttpResponse response(String text) {
    return org.apache.pekko.http.javadsl.model.HttpResponse.create().withEntity(text);
  }

  private static HttpResponse response(String text, Object stream) {
    return (HttpResponse) response(text).addAttribute(Http2.streamId(), stream);
  }

  private void request(String path, int stream) {
    var request = org.apache.pekko.http.javadsl.model.HttpRequest.create(path);
    requests.offer((HttpRequest) request.addAttribute(Http2.streamId(), (Object) stream));
  }

  /** As "stream: text"; "end" for the end. */
  private String next() {
    Optional<HttpResponse> response = TestNode.await(responses.pull().toCompletableFuture());
    return response
        .map(
            one ->
                one.getAttribute(Http2.streamId()).orElseThrow()
                    + ": "
                    + ((org.apache.pekko.http.javadsl.model.HttpEntity.Strict)
                            (Object) one.entity())
                        .getData()
                        .utf8String())
        .orElse("end");
  }

  /** The first one's answer has come, so that who takes the lane has it. */
  private void take() {
    request("/first", 1);
    assertThat(next()).isEqualTo("1: around /first");
  }

  private void answer(String path) {
    asked.get(path).complete(response(path));
  }

  @Test
  void nobodyIsAskedDirectlyWhoDidNotTakeTheLane() {
    takes = false;
    take();
    request("/second", 3);
    assertThat(next()).isEqualTo("3: around /second");
    assertThat(around).containsExactly("/first", "/second");
    assertThat(asked).isEmpty();
  }

  @Test
  void whoTookTheLaneIsAskedForWhatFollows() {
    take();
    request("/now/second", 3);
    assertThat(next()).isEqualTo("3: /now/second");
    assertThat(around).containsExactly("/first");
  }

  @Test
  void whatMayTakeLongGoesTheWayAround() {
    take();
    request("/slow", 3);
    request("/now", 5);
    assertThat(List.of(next(), next())).containsExactlyInAnyOrder("3: around /slow", "5: /now");
  }

  @Test
  void eachAnswerGoesToItsOwnStreamWhateverTheirOrder() {
    take();
    for (int stream = 3; stream <= 9; stream += 2) {
      request("/later/" + stream, stream);
    }
    // Comes through although those before it have no answer yet.
    request("/now", 11);
    assertThat(next()).isEqualTo("11: /now");
    for (int stream = 9; stream >= 3; stream -= 2) {
      answer("/later/" + stream);
      assertThat(next()).isEqualTo(stream + ": /later/" + stream);
    }
  }

  @Test
  void answersWaitForAConnectionThatTakesNone() {
    take();
    List<String> expected = new ArrayList<>();
    for (int stream = 3; stream < MOST; stream += 2) {
      request("/now/" + stream, stream);
      expected.add(stream + ": /now/" + stream);
    }
    List<String> taken = new ArrayList<>();
    while (taken.size() < expected.size()) {
      taken.add(next());
    }
    assertThat(taken).isEqualTo(expected);
  }

  @Test
  void aConnectionThatSendsNoMoreGetsTheAnswersThatAreUnderWay() {
    take();
    request("/later", 3);
    request("/now", 5);
    assertThat(next()).isEqualTo("5: /now");
    requests.complete();
    answer("/later");
    assertThat(next()).isEqualTo("3: /later");
    assertThat(next()).isEqualTo("end");
  }

  @Test
  void anAnswerForAConnectionThatIsGoneIsDropped() {
    take();
    request("/later", 3);
    request("/now", 5);
    assertThat(next()).isEqualTo("5: /now");
    responses.cancel();
    TestNode.await(ended);
    answer("/later");
    assertThat(asked.get("/later")).isCompleted();
  }
}
