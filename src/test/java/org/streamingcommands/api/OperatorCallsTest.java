package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.CancelCommandResponse;
import org.streamingcommands.grpc.v1.CancelResult;
import org.streamingcommands.grpc.v1.ClientInfo;
import org.streamingcommands.grpc.v1.DisconnectClientRequest;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListClientsResponse;
import org.streamingcommands.grpc.v1.ListServicesRequest;
import org.streamingcommands.grpc.v1.ListServicesResponse;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

class OperatorCallsTest {
  private ApiNode api;

  @BeforeEach
  void start() {
    api = ApiNode.start();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void aCancelledCommandIsCancelledOnceTheClientSaysSo() {
    try (ScriptedClient bot = api.node.connect("b1")) {
      Heard heard = api.node.send("b1", TestNode.command("c1", "start"));
      bot.awaitCommand();
      CompletableFuture<CancelCommandResponse> answer =
          CompletableFuture.supplyAsync(() -> api.caller().cancelCommand(cancel("c1", 30)));
      assertThat(bot.awaitCancel().getCommandId()).isEqualTo("c1");
      bot.cancelled("c1");
      CancelCommandResponse response = TestNode.await(answer);
      assertThat(response.getResult()).isEqualTo(CancelResult.CANCEL_RESULT_CANCELLED);
      assertThat(response.getOutcome().hasCancelled()).isTrue();
      heard.awaitOutcome();
    }
  }

  @Test
  void aCommandThatEndedIsTooLateToCancelAndOneThatNeverWasIsUnknown() {
    try (ScriptedClient bot = api.node.connect("b1")) {
      Heard heard = api.node.send("b1", TestNode.command("c1", "start"));
      bot.awaitCommand();
      bot.complete("c1", "done");
      heard.awaitOutcome();
      CancelCommandResponse late = api.caller().cancelCommand(cancel("c1", 30));
      assertThat(late.getResult()).isEqualTo(CancelResult.CANCEL_RESULT_TOO_LATE);
      assertThat(late.getOutcome().hasCompleted()).isTrue();
      assertThat(api.caller().cancelCommand(cancel("c2", 30)).getResult())
          .isEqualTo(CancelResult.CANCEL_RESULT_UNKNOWN_COMMAND);
    }
  }

  @Test
  void aCancelThatTheClientDoesNotAnswerIsNotConfirmed() {
    try (ScriptedClient bot = api.node.connect("b1")) {
      api.node.send("b1", TestNode.command("c1", "start")).awaitReceipt(Receipt.SENT);
      bot.awaitCommand();
      CancelCommandRequest request =
          cancel("c1", 0).toBuilder()
              .setTimeout(com.google.protobuf.Duration.newBuilder().setNanos(1_000_000))
              .build();
      assertThat(api.caller().cancelCommand(request).getResult())
          .isEqualTo(CancelResult.CANCEL_RESULT_NOT_CONFIRMED);
    }
  }

  private static CancelCommandRequest cancel(String commandId, int seconds) {
    return CancelCommandRequest.newBuilder()
        .setService(TestNode.SERVICE)
        .setClientId("b1")
        .setCommandId(commandId)
        .setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
        .build();
  }

  @Test
  void aListingSaysWhatAClientHasToDoAndSinceWhen() {
    try (ApiNode narrow = ApiNode.start("connection.max-in-flight = 1")) {
      Instant before = Instant.now();
      try (ScriptedClient bot = narrow.node.connect("b1")) {
        for (String id : List.of("c1", "c2", "c3")) {
          narrow.node.send("b1", TestNode.command(id, "x")).awaitReceipt(Receipt.QUEUED);
        }
        bot.awaitCommand();
        // Answered behind what the client's entity did so far.
        TestNode.await(
            narrow
                .node
                .connections()
                .inspect(ClientKey.of(TestNode.SERVICE, "b1"), "", TestNode.PATIENCE));
        ClientInfo info =
            narrow.caller().listClients(ListClientsRequest.getDefaultInstance()).getClients(0);
        assertThat(info.getQueueDepth()).isEqualTo(2);
        assertThat(info.getInFlight()).isOne();
        Instant after = Instant.now();
        assertThat(Wire.instant(info.getConnectedSince()))
            .isBetween(before.minusMillis(1), after.plusMillis(1));
        assertThat(Wire.instant(info.getLastSeen()))
            .isBetween(before.minusMillis(1), after.plusMillis(1));
      }
    }
  }

  @Test
  void aSelectorsClientsAreListedPageByPageWithoutEmptyOnes() {
    for (int i = 0; i < 10; i++) {
      EchoBot.connect(api.node.connections(), "c" + i, Map.of("zone", i % 2 == 0 ? "eu" : "us"));
    }
    List<List<String>> pages = new ArrayList<>();
    String token = "";
    do {
      ListClientsResponse page =
          api.caller()
              .listClients(
                  ListClientsRequest.newBuilder()
                      .setSelector("zone=eu")
                      .setPageSize(2)
                      .setPageToken(token)
                      .build());
      pages.add(page.getClientsList().stream().map(ClientInfo::getClientId).toList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(pages).containsExactly(List.of("c0", "c2"), List.of("c4", "c6"), List.of("c8"));
  }

  @Test
  void clientsAreListedPageByPageInOrder() {
    List<String> ids = List.of("a", "b", "c", "d", "e");
    for (String id : List.of("d", "a", "e", "c", "b")) {
      EchoBot.connect(api.node.connections(), id);
    }
    List<String> listed = new ArrayList<>();
    List<Integer> pages = new ArrayList<>();
    String token = "";
    do {
      ListClientsResponse page =
          api.caller()
              .listClients(
                  ListClientsRequest.newBuilder()
                      .setService(TestNode.SERVICE)
                      .setPageSize(2)
                      .setPageToken(token)
                      .build());
      page.getClientsList().forEach(client -> listed.add(client.getClientId()));
      pages.add(page.getClientsCount());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(listed).isEqualTo(ids);
    assertThat(pages).containsExactly(2, 2, 1);
    assertThat(api.caller().listClients(ListClientsRequest.getDefaultInstance()).getClientsCount())
        .isEqualTo(5);
  }

  @Test
  void aListedClientIsDescribed() {
    try (ScriptedClient bot = api.node.dial()) {
      bot.hello(
          Hello.newBuilder()
              .setService(TestNode.SERVICE)
              .setClientId("b1")
              .setClientVersion("1.2")
              .putLabels("zone", "west"));
      long epoch = bot.awaitWelcome().getEpoch();
      ClientInfo info =
          api.caller().listClients(ListClientsRequest.getDefaultInstance()).getClients(0);
      assertThat(info.getService()).isEqualTo(TestNode.SERVICE);
      assertThat(info.getClientId()).isEqualTo("b1");
      assertThat(info.getEpoch()).isEqualTo(epoch);
      assertThat(info.getLabelsMap()).isEqualTo(Map.of("zone", "west"));
      assertThat(info.getClientVersion()).isEqualTo("1.2");
      assertThat(info.getNode()).isEqualTo(api.node.connections().node());
      assertThat(info.getConnectedSince().getSeconds()).isPositive();
      assertThat(info.getLastSeen().getSeconds()).isPositive();
    }
  }

  @Test
  void aDisconnectedClientHearsGoodbyeAndIsGone() {
    try (ScriptedClient bot = api.node.connect("b1")) {
      DisconnectClientRequest request =
          DisconnectClientRequest.newBuilder()
              .setService(TestNode.SERVICE)
              .setClientId("b1")
              .setMessage("maintenance")
              .setReconnectDelay(com.google.protobuf.Duration.newBuilder().setSeconds(3))
              .build();
      assertThat(api.caller().disconnectClient(request).getWasConnected()).isTrue();
      var goodbye = bot.awaitGoodbye();
      assertThat(goodbye.getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_DISCONNECTED);
      assertThat(goodbye.getMessage()).isEqualTo("maintenance");
      assertThat(goodbye.getReconnectDelay().getSeconds()).isEqualTo(3);
      assertThat(api.caller().disconnectClient(request).getWasConnected()).isFalse();
    }
  }

  @Test
  void anOperatorIsNotToldThatAClientWasAwayWhereNobodyAnswered() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (ApiNode slow = ApiNode.start("api.default-timeout = 100 ms");
        ScriptedClient bot = slow.node.connect("b1")) {
      assertThat(bot.epoch()).isPositive();
      CommandListener listener =
          new CommandListener() {
            @Override
            public void receipt(Receipt receipt) {
              // On the entity's thread, which then answers nobody.
              blocked.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            }

            @Override
            public void outcome(Outcome<Any> outcome) {}
          };
      ClientKey key = ClientKey.of(TestNode.SERVICE, "b1");
      Command command = TestNode.command("c1", "x");
      Thread sender = new Thread(() -> slow.node.connections().send(key, command, true, listener));
      sender.start();
      blocked.await();
      DisconnectClientRequest request =
          DisconnectClientRequest.newBuilder()
              .setService(TestNode.SERVICE)
              .setClientId("b1")
              .build();
      try {
        assertThatThrownBy(() -> slow.caller().disconnectClient(request))
            .isInstanceOfSatisfying(
                StatusRuntimeException.class,
                failure -> {
                  assertThat(failure.getStatus().getCode())
                      .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
                  assertThat(failure.getStatus().getDescription()).contains("no answer came");
                });
      } finally {
        release.countDown();
        sender.join();
      }
    }
  }

  @Test
  void theServicesOfThisNodeAreListed() {
    ListServicesResponse services =
        api.caller().listServices(ListServicesRequest.getDefaultInstance());
    assertThat(services.getServicesList()).hasSize(1);
    assertThat(services.getServices(0).getName()).isEqualTo(TestNode.SERVICE);
    assertThat(services.getServices(0).getNodesList())
        .containsExactly(api.node.connections().node());
  }

  @Test
  void theServicesOfTheClusterAreListedWhereTheyAreKnown() {
    ListServicesResponse services =
        new Listings(
                api.node.connections(),
                () -> Map.of("bots", Set.of("n2:1", "n1:1"), "agents", Set.of("n1:1")),
                name -> Set.of("t.of." + name))
            .services(name -> true);
    assertThat(services.getServicesList()).hasSize(2);
    assertThat(services.getServices(0).getName()).isEqualTo("agents");
    assertThat(services.getServices(1).getNodesList()).containsExactly("n1:1", "n2:1");
    assertThat(services.getServices(1).getTypesList()).containsExactly("t.of.bots");
  }
}
