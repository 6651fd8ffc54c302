package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.examples.bots.v1.Bots;
import org.streamingcommands.json.JsonCatalog;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** The JSON api as a program without protobuf calls it. */
class JsonApiTest {
  private static final String HELLO =
      """
      {"commandId": "%s", "timeout": "20s",
       "payload": {"@type": "type.googleapis.com/google.protobuf.StringValue", "value": "hello"}}
      """;

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static ApiNode node;

  @BeforeAll
  static void start() {
    node = ApiNode.start("api.max-message-size = 100 KiB");
    JsonCatalog.get(node.node.system()).register(TestNode.SERVICE, Bots.getDescriptor());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static Connections connections() {
    return node.node.connections();
  }

  @Test
  void aCommandIsSentAndItsOutcomeAnswered() throws Exception {
    EchoBot.connect(connections(), "echo");

    HttpResponse<String> answer = post("/v1/services/bots/clients/echo/commands", "j-1");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    JsonObject completed = json(answer).getAsJsonObject("outcome").getAsJsonObject("completed");
    assertThat(completed.getAsJsonObject("result").get("value").getAsString()).isEqualTo("hello");
  }

  @Test
  void theOutcomeIsThereToBeAskedForAgain() throws Exception {
    EchoBot.connect(connections(), "again");
    post("/v1/services/bots/clients/again/commands", "j-2");

    JsonObject ended =
        json(get("/v1/services/bots/clients/again/commands/j-2")).getAsJsonObject("ended");

    assertThat(ended.get("type").getAsString()).isEqualTo("google.protobuf.StringValue");
    assertThat(ended.toString()).contains("\"hello\"");
    HttpResponse<String> unknown = get("/v1/services/bots/clients/again/commands/no-such");
    assertThat(unknown.statusCode()).isEqualTo(404);
  }

  @Test
  void aClientsViewShowsWhatIsUnderWayAndWhatEnded() throws Exception {
    EchoBot mute = EchoBot.connectMute(connections(), "view");
    HttpResponse<String> sent =
        post("/v1/services/bots/clients/view/commands?wait_for=sent", "j-3");
    assertThat(json(sent).get("receipt").getAsString()).isEqualTo("RECEIPT_SENT");

    JsonObject view = json(get("/v1/services/bots/clients/view"));
    assertThat(view.getAsJsonObject("connection").get("clientId").getAsString()).isEqualTo("view");
    assertThat(view.getAsJsonArray("underWay").get(0).getAsJsonObject().get("commandId"))
        .hasToString("\"j-3\"");

    mute.complete("j-3", Any.pack(StringValue.of("done")));
    JsonObject after = json(get("/v1/services/bots/clients/view"));
    assertThat(after.has("underWay")).isFalse();
    assertThat(after.getAsJsonArray("ended").toString()).contains("\"j-3\"", "completed");
  }

  @Test
  void aClientNobodyKnowsIsAnEmptyView() throws Exception {
    assertThat(get("/v1/services/bots/clients/nobody").body().strip()).isEqualTo("{}");
  }

  @Test
  void whatIsUndeliveredSaysTheReasonAndTheCertainty() throws Exception {
    HttpResponse<String> answer = post("/v1/services/bots/clients/not-here/commands", "j-4");

    JsonObject error = json(answer).getAsJsonObject("error");
    assertThat(error.get("reason").getAsString()).isEqualTo("NOT_CONNECTED");
    assertThat(error.get("certainty").getAsString()).isEqualTo("NOT_SENT");
    assertThat(error.get("commandId").getAsString()).isEqualTo("j-4");
    assertThat(error.get("code").getAsInt()).isEqualTo(answer.statusCode()).isGreaterThan(399);
  }

  @Test
  void aListingIsChosenByLabelsAndById() throws Exception {
    EchoBot.connect(connections(), "list-1", Map.of("zone", "eu"));
    EchoBot.connect(connections(), "list-2", Map.of("zone", "us"));

    assertThat(get("/v1/services/bots/clients?selector=zone%3Deu").body())
        .contains("list-1")
        .doesNotContain("list-2");
    assertThat(get("/v1/clients?search=st-2").body()).contains("list-2").doesNotContain("list-1");
    HttpResponse<String> wrong = get("/v1/services/bots/clients?selector=%3D%3D");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("selector");
  }

  @Test
  void anIdMayHoldASlash() throws Exception {
    EchoBot.connect(connections(), "floor/3 é");

    assertThat(get("/v1/services/bots/clients/floor%2F3%20%C3%A9").body()).contains("floor/3 é");
  }

  @Test
  void aClientIsDisconnected() throws Exception {
    EchoBot.connect(connections(), "kicked");

    HttpResponse<String> answer = request("DELETE", "/v1/services/bots/clients/kicked");

    assertThat(json(answer).get("wasConnected").getAsBoolean()).isTrue();
    assertThat(get("/v1/services/bots/clients/kicked").body()).doesNotContain("connection");
  }

  @Test
  void everyStepIsAnEvent() throws Exception {
    EchoBot.connect(connections(), "steps");

    List<String> events =
        HTTP.send(
                sending("/v1/services/bots/clients/steps/commands", "j-5")
                    .header("Accept", "text/event-stream")
                    .build(),
                BodyHandlers.ofLines())
            .body()
            .filter(line -> !line.isEmpty())
            .toList();

    assertThat(String.join("\n", events))
        .contains("RECEIPT_QUEUED", "RECEIPT_SENT", "completed")
        .endsWith("event: end\ndata: {}");
  }

  @Test
  void theTraceOfACallerGoesOnInTheCommand() throws Exception {
    String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    try (ScriptedClient traced = node.node.connect("traced")) {
      var answer =
          HTTP.sendAsync(
              sending("/v1/services/bots/clients/traced/commands", "j-10")
                  .header("traceparent", parent)
                  .header("tracestate", "vendor=value")
                  .build(),
              BodyHandlers.ofString());
      assertThat(traced.awaitCommand().getHeadersMap())
          .containsEntry("traceparent", parent)
          .containsEntry("tracestate", "vendor=value");
      traced.complete("j-10", "done");
      TestNode.await(answer);
      HTTP.sendAsync(
          sending("/v1/services/bots/clients/traced/commands", "j-11")
              .header("traceparent", "no such thing")
              .build(),
          BodyHandlers.ofString());
      assertThat(traced.awaitCommand().getHeadersMap()).isEmpty();
      traced.complete("j-11", "done");
    }
  }

  @Test
  void everyProblemHasAReasonForCode() throws Exception {
    assertThat(json(get("/v1/no-such")).getAsJsonObject("error").get("reason").getAsString())
        .isEqualTo("NOT_FOUND");
    assertThat(
            json(body("/v1/services/bots/clients/a/commands", "{"))
                .getAsJsonObject("error")
                .get("reason")
                .getAsString())
        .isEqualTo("INVALID_COMMAND");
  }

  @Test
  void aBroadcastTellsEachOutcome() throws Exception {
    EchoBot.connect(connections(), "many-1", Map.of("fleet", "json"));
    EchoBot.connect(connections(), "many-2", Map.of("fleet", "json"));

    String events =
        body(
                "/v1/services/bots/commands",
                "{\"selector\": \"fleet=json\", \"command\": " + HELLO.formatted("j-9") + "}")
            .body();

    assertThat(events)
        .contains("\"many-1\"", "\"many-2\"", "\"completed\":2")
        .endsWith("event: end\ndata: {}\n\n");
  }

  @Test
  void presenceAndSendsAreEvents() throws Exception {
    Iterator<String> presence = events("/v1/clients");
    EchoBot.connect(connections(), "watched");
    assertThat(next(presence, "\"watched\"")).contains("connected");

    Iterator<String> sends = events("/v1/sends?client_id=watched");
    // The stream observes from its first pull on, which is before its head is read.
    post("/v1/services/bots/clients/watched/commands", "j-6");
    assertThat(next(sends, "j-6")).contains("\"outcome\":\"COMPLETED\"", "\"mode\":\"REMOTE\"");
  }

  @Test
  void typesOfTheServiceAreKnownAndOthersSaySo() throws Exception {
    EchoBot.connect(connections(), "typed");
    String known =
        """
        {"payload": {"@type": "t/%s"}}"""
            .formatted(Bots.getDescriptor().getMessageTypes().get(0).getFullName());
    assertThat(body("/v1/services/bots/clients/typed/commands", known).statusCode()).isEqualTo(200);

    HttpResponse<String> unknown =
        body(
            "/v1/services/bots/clients/typed/commands",
            """
            {"payload": {"@type": "t/no.such.Type"}}""");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("body:", "no.such.Type", "INVALID_COMMAND");
  }

  @Test
  void badRequestsNameWhatIsWrong() throws Exception {
    assertThat(body("/v1/services/bots/clients/a/commands", "{").statusCode()).isEqualTo(400);
    assertThat(body("/v1/services/bots/clients/a/commands", "{}").body())
        .contains("command.payload");
    assertThat(get("/v1/services/no-such/clients").statusCode()).isEqualTo(404);
    assertThat(get("/v1/no-such").statusCode()).isEqualTo(404);
    assertThat(request("DELETE", "/v1/services").statusCode()).isEqualTo(405);
    assertThat(get("/v1/clients?page_size=many").body()).contains("page_size");
    assertThat(get("/v1/clients?page_size=-1").body()).contains("page_size: '-1' is no number");
    assertThat(request("DELETE", "/v1/services").body()).contains("\"code\":405");
    assertThat(
            body("/v1/services/bots/clients/a/commands", "{\"x\":\"" + "x".repeat(200_000) + "\"}")
                .statusCode())
        .isEqualTo(413);
  }

  @Test
  void aPageOfAnotherSiteIsRefused() throws Exception {
    HttpRequest.Builder foreign =
        HttpRequest.newBuilder(uri("/v1/clients")).header("Sec-Fetch-Site", "cross-site");
    assertThat(HTTP.send(foreign.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(403);

    HttpRequest form =
        HttpRequest.newBuilder(uri("/v1/services/bots/clients/a/commands"))
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofString(HELLO.formatted("j-7")))
            .build();
    assertThat(HTTP.send(form, BodyHandlers.ofString()).statusCode()).isEqualTo(415);
  }

  @Test
  void theNodeTellsItsFiguresAndItsCluster() throws Exception {
    EchoBot.connect(connections(), "figures");
    post("/v1/services/bots/clients/figures/commands", "j-8");

    JsonObject status = json(get("/v1/node"));

    JsonObject self = status.getAsJsonArray("nodes").get(0).getAsJsonObject();
    assertThat(self.get("node")).isEqualTo(status.get("node"));
    assertThat(self.get("status").getAsString()).isEqualTo("Up");
    JsonObject figures = status.getAsJsonObject("figures");
    assertThat(figures.getAsJsonObject("sends").get("COMPLETED").getAsLong()).isPositive();
  }

  @Test
  void openApiDescribesEveryPath() throws Exception {
    JsonObject description = json(get("/openapi.json"));
    assertThat(description.get("openapi").getAsString()).startsWith("3.");
    JsonObject paths = description.getAsJsonObject("paths");
    List<String> undescribed = new ArrayList<>();
    for (String path :
        List.of(
            "/v1/services",
            "/v1/clients",
            "/v1/node",
            "/v1/sends",
            "/v1/services/{service}/commands",
            "/v1/services/{service}/clients",
            "/v1/services/{service}/clients/{clientId}",
            "/v1/services/{service}/clients/{clientId}/commands",
            "/v1/services/{service}/clients/{clientId}/commands/{commandId}")) {
      if (!paths.has(path)) {
        undescribed.add(path);
      }
    }
    assertThat(undescribed).isEmpty();
    // And none that is not there: whatever it names is answered, if only with what is missing.
    for (String path : paths.keySet()) {
      String real = path.replace("{service}", "bots").replaceAll("\\{.*?}", "x");
      assertThat(get(real).body()).as(path).doesNotContain("no such path");
    }
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + node.port() + path);
  }

  private static HttpResponse<String> get(String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri(path)).build();
    if (path.startsWith("/v1/sends")) {
      // It never ends by itself; its head is all that is asked for here.
      HttpResponse<InputStream> stream = HTTP.send(request, BodyHandlers.ofInputStream());
      stream.body().close();
      return HTTP.send(HttpRequest.newBuilder(uri("/v1/node")).build(), BodyHandlers.ofString());
    }
    return HTTP.send(request, BodyHandlers.ofString());
  }

  private static HttpResponse<String> request(String method, String path) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(uri(path)).method(method, BodyPublishers.noBody()).build(),
        BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String path, String commandId) throws Exception {
    return HTTP.send(sending(path, commandId).build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder sending(String path, String commandId) {
    return HttpRequest.newBuilder(uri(path))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(HELLO.formatted(commandId)));
  }

  private static HttpResponse<String> body(String path, String body) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json; charset=utf-8")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static Iterator<String> events(String path) throws Exception {
    Stream<String> lines =
        HTTP.send(
                HttpRequest.newBuilder(uri(path)).header("Accept", "text/event-stream").build(),
                BodyHandlers.ofLines())
            .body();
    return lines.iterator();
  }

  /** The next event that holds the text; the api's stop ends the wait where none ever does. */
  private static String next(Iterator<String> events, String text) {
    while (events.hasNext()) {
      String line = events.next();
      if (line.contains(text)) {
        return line;
      }
    }
    throw new AssertionError("no event with " + text);
  }

  private static JsonObject json(HttpResponse<String> response) {
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }
}
