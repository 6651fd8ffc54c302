package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.api.SecuredApi.CURIOUS;
import static org.streamingcommands.api.SecuredApi.HASTY;
import static org.streamingcommands.api.SecuredApi.NARROW;
import static org.streamingcommands.api.SecuredApi.OPERATOR;
import static org.streamingcommands.api.SecuredApi.SINGLE;
import static org.streamingcommands.api.SecuredApi.SLOW;
import static org.streamingcommands.api.SecuredApi.SMALL;
import static org.streamingcommands.api.SecuredApi.assertRefused;
import static org.streamingcommands.api.SecuredApi.minute;
import static org.streamingcommands.api.SecuredApi.send;
import static org.streamingcommands.api.SecuredApi.toMany;

import com.google.protobuf.StringValue;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Iterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import org.streamingcommands.grpc.v1.ExecuteCommandRequest;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.WatchClientsRequest;
import org.streamingcommands.grpc.v1.WatchClientsResponse;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** How much one principal may do at the api. */
class ApiLimitsTest {
  @TempDir static Path directory;
  private static SecuredApi api;

  @BeforeAll
  static void start() {
    api = SecuredApi.start(directory);
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void oneWhoSendsTooFastIsHeldBackAndNobodyElse() {
    CommandServiceBlockingStub slow = api.caller(SLOW);
    StatusRuntimeException refused =
        assertRefused(
            Status.Code.RESOURCE_EXHAUSTED,
            () -> {
              for (int i = 0; i < 1000; i++) {
                send(slow, StringValue.of("x"));
              }
            });
    assertThat(refused.getStatus().getDescription()).contains("slow");
    send(api.caller(OPERATOR), StringValue.of("x"));
  }

  @Test
  void oneWhoSendsTooFastOverHttpIsToldSoInTheSameWords() throws Exception {
    HttpResponse<String> answer;
    int sent = 0;
    do {
      answer = api.post("/v1/services/bots/clients/bot-1/commands", HASTY);
    } while (answer.statusCode() == 200 && ++sent < 1000);
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.body())
        .contains("\"reason\":\"RATE_LIMITED\"", "\"certainty\":\"NOT_SENT\"", "hasty");
  }

  @Test
  void oneWhoListsTooFastIsHeldBackToo() {
    CommandServiceBlockingStub curious = api.caller(CURIOUS);
    ListClientsRequest list = ListClientsRequest.newBuilder().setService("bots").build();
    StatusRuntimeException refused =
        assertRefused(
            Status.Code.RESOURCE_EXHAUSTED,
            () -> {
              for (int i = 0; i < 1000; i++) {
                curious.listClients(list);
              }
            });
    assertThat(refused.getStatus().getDescription()).contains("curious");
    api.caller(OPERATOR).listClients(list);
  }

  @Test
  void onePrincipalSendsOnlySoMuchAtOnce() {
    CommandServiceBlockingStub small = api.caller(SMALL);
    send(small, StringValue.of("x"));
    StatusRuntimeException refused =
        assertRefused(
            Status.Code.RESOURCE_EXHAUSTED, () -> send(small, StringValue.of("x".repeat(200))));
    assertThat(refused.getStatus().getDescription())
        .contains("command.payload", "max-message-size of small is 100");
    send(api.caller(OPERATOR), StringValue.of("x".repeat(200)));
  }

  @Test
  void onePrincipalHasOnlySoManyStreams() {
    CommandServiceBlockingStub single = api.caller(SINGLE);
    WatchClientsRequest bots = WatchClientsRequest.newBuilder().setService("bots").build();
    Iterator<WatchClientsResponse> first = single.watchClients(bots);
    first.next();
    assertRefused(Status.Code.RESOURCE_EXHAUSTED, () -> single.watchClients(bots).next());
  }

  @Test
  void executesAndBroadcastsCountAsConnections() {
    try (ScriptedClient silent = api.node().connect("silent-4")) {
      CommandServiceBlockingStub narrow = api.caller(NARROW);
      Iterator<WatchClientsResponse> only =
          narrow.watchClients(WatchClientsRequest.newBuilder().setService("bots").build());
      only.next();
      assertRefused(
          Status.Code.RESOURCE_EXHAUSTED,
          () ->
              narrow
                  .executeCommand(
                      ExecuteCommandRequest.newBuilder()
                          .setService("bots")
                          .setClientId("silent-4")
                          .setCommand(minute("e2"))
                          .build())
                  .hasNext());
      assertRefused(
          Status.Code.RESOURCE_EXHAUSTED,
          () -> narrow.sendToMany(toMany(StringValue.of("x"))).hasNext());
      // What was refused was not sent.
      api.node().send("silent-4", TestNode.command("afterwards", "x"));
      assertThat(silent.awaitCommand().getCommandId()).isEqualTo("afterwards");
    }
  }
}
