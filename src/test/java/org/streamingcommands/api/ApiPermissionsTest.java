package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.api.SecuredApi.SENDER;
import static org.streamingcommands.api.SecuredApi.VIEWER;
import static org.streamingcommands.api.SecuredApi.assertRefused;
import static org.streamingcommands.api.SecuredApi.cancel;
import static org.streamingcommands.api.SecuredApi.send;
import static org.streamingcommands.api.SecuredApi.toMany;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.StringValue;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.connection.SendObserver;
import org.streamingcommands.connection.Sender;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import org.streamingcommands.grpc.v1.DisconnectClientRequest;
import org.streamingcommands.grpc.v1.GetCommandRequest;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListServicesRequest;
import org.streamingcommands.support.Overheard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;
import org.streamingcommands.testkit.ScriptedClient;

/** Who may do what at the api. */
class ApiPermissionsTest {
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
  void aRolePermitsItsActionsItsServicesAndItsTypesOnly() throws Exception {
    CommandServiceBlockingStub sender = api.caller(SENDER);
    send(sender, StringValue.of("permitted"));
    StatusRuntimeException wrongType =
        assertRefused(Status.Code.PERMISSION_DENIED, () -> send(sender, BoolValue.of(true)));
    assertThat(
            StatusProto.fromThrowable(wrongType).getDetails(0).unpack(ErrorInfo.class).getReason())
        .isEqualTo("NOT_PERMITTED");
    assertRefused(
        Status.Code.PERMISSION_DENIED, () -> sender.sendToMany(toMany(StringValue.of("x"))).next());
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        () -> sender.listClients(ListClientsRequest.newBuilder().setService("bots").build()));
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        () ->
            sender.disconnectClient(
                DisconnectClientRequest.newBuilder()
                    .setService("bots")
                    .setClientId("bot-1")
                    .build()));
    assertThat(sender.listServices(ListServicesRequest.getDefaultInstance()).getServicesList())
        .isEmpty();
  }

  @Test
  void whoMayOnlyLookDoesNotSendAndDoesNotCancel() {
    CommandServiceBlockingStub viewer = api.caller(VIEWER);
    viewer.listClients(ListClientsRequest.newBuilder().setService("bots").build());
    assertRefused(Status.Code.PERMISSION_DENIED, () -> send(viewer, StringValue.of("x")));
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        () ->
            viewer.cancelCommand(
                CancelCommandRequest.newBuilder()
                    .setService("bots")
                    .setClientId("bot-1")
                    .setCommandId("c1")
                    .build()));
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        () -> viewer.listClients(ListClientsRequest.getDefaultInstance()));
  }

  @Test
  void aServiceThatOneMayNotUseLooksLikeOneThatIsNotThere() {
    CommandServiceBlockingStub viewer = api.caller(VIEWER);
    for (String service : List.of("secret", "nowhere")) {
      assertRefused(
          Status.Code.PERMISSION_DENIED,
          () -> viewer.listClients(ListClientsRequest.newBuilder().setService(service).build()));
    }
  }

  @Test
  void theSharedStreamAsksForEveryCommand() throws Exception {
    StreamingCommandClient<com.google.protobuf.Message> client =
        StreamingCommandClient.remote(api.settings(SENDER), "bots", "bot-1");
    assertThat(client.ask(StringValue.of("a"), StringValue.class).get(30, TimeUnit.SECONDS))
        .isInstanceOf(Outcome.Completed.class);
    Outcome<StringValue> refused =
        client.ask(BoolValue.of(true), StringValue.class).get(30, TimeUnit.SECONDS);
    assertThat(refused)
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered -> assertThat(undelivered.reason()).isEqualTo(Reason.NOT_PERMITTED));
  }

  @Test
  void whoMaySendSomeTypesNeitherCancelsNorSeesCommandsOfOthers() throws Exception {
    try (ScriptedClient silent = api.node().connect("silent-5")) {
      CommandServiceBlockingStub sender = api.caller(SENDER);
      api.node()
          .connections()
          .send(
              ClientKey.of("bots", "silent-5"),
              new org.streamingcommands.command.Command(
                  "secret",
                  Any.pack(BoolValue.of(true)),
                  Instant.now().plusSeconds(60),
                  org.streamingcommands.command.Priority.NORMAL,
                  "",
                  java.util.Map.of()),
              true,
              new org.streamingcommands.support.Heard());
      silent.awaitCommand();
      CancelCommandRequest cancel = cancel("silent-5", "secret");
      GetCommandRequest get =
          GetCommandRequest.newBuilder()
              .setService("bots")
              .setClientId("silent-5")
              .setCommandId("secret")
              .build();
      assertRefused(Status.Code.PERMISSION_DENIED, () -> sender.cancelCommand(cancel));
      assertRefused(Status.Code.PERMISSION_DENIED, () -> sender.getCommand(get));
      var client = StreamingCommandClient.remote(api.settings(SENDER), "bots", "silent-5");
      assertThat(client.cancel("secret").get(30, TimeUnit.SECONDS).verdict())
          .isNotEqualTo(CancelResult.Verdict.CANCELLED);
      assertThat(api.caller(VIEWER).getCommand(get).getUnderWay().getCommandId())
          .isEqualTo("secret");
      silent.complete("secret", "the answer");
      assertRefused(Status.Code.PERMISSION_DENIED, () -> sender.cancelCommand(cancel));
      assertRefused(Status.Code.PERMISSION_DENIED, () -> sender.getCommand(get));
    }
  }

  @Test
  void whoMaySendSomeTypesCancelsAndSeesThose() {
    try (ScriptedClient silent = api.node().connect("silent-6")) {
      CommandServiceBlockingStub sender = api.caller(SENDER);
      api.node().send("silent-6", TestNode.command("mine", "x"));
      silent.awaitCommand();
      assertThat(
              sender
                  .getCommand(
                      GetCommandRequest.newBuilder()
                          .setService("bots")
                          .setClientId("silent-6")
                          .setCommandId("mine")
                          .build())
                  .getUnderWay()
                  .getCommandId())
          .isEqualTo("mine");
      silent.complete("mine", "done");
      assertThat(sender.cancelCommand(cancel("silent-6", "mine")).getResult())
          .isIn(
              org.streamingcommands.grpc.v1.CancelResult.CANCEL_RESULT_TOO_LATE,
              org.streamingcommands.grpc.v1.CancelResult.CANCEL_RESULT_CANCELLED);
      assertThat(sender.cancelCommand(cancel("silent-6", "unheard-of")).getResult())
          .isEqualTo(org.streamingcommands.grpc.v1.CancelResult.CANCEL_RESULT_UNKNOWN_COMMAND);
    }
  }

  @Test
  void rolesOfATokenThatNobodyDefinedPermitNothing() {
    String token =
        api.tokens()
            .es256(
                TestTokens.client("", "ci", Duration.ofHours(1))
                    .claim("roles", List.of("root", "*")));
    assertRefused(
        Status.Code.PERMISSION_DENIED, () -> send(api.caller(token), StringValue.of("x")));
  }

  @Test
  void aRefusedSendIsALineOfTheAudit() {
    List<SendObserver.Refused> heard = new CopyOnWriteArrayList<>();
    Runnable unobserve =
        api.node()
            .connections()
            .observe(
                new SendObserver() {
                  @Override
                  public Observation begins(
                      Sender by, ClientKey client, org.streamingcommands.command.Command command) {
                    return (outcome, nanos) -> {};
                  }

                  @Override
                  public void refused(Refused send) {
                    heard.add(send);
                  }
                });
    try (Overheard log = new Overheard()) {
      Runnable audit = api.node().connections().observe(new org.streamingcommands.ops.AuditLog());
      assertRefused(
          Status.Code.PERMISSION_DENIED, () -> send(api.caller(VIEWER), StringValue.of("secret")));
      assertRefused(
          Status.Code.PERMISSION_DENIED,
          () -> api.caller(VIEWER).sendToMany(toMany(StringValue.of("secret"))).hasNext());
      var shared =
          StreamingCommandClient.<com.google.protobuf.Message>remote(
              api.settings(SENDER), "bots", "bot-1");
      TestNode.await(shared.ask(BoolValue.of(true), StringValue.class));
      audit.run();
      assertThat(log.lines().stream().filter(line -> line.contains("was refused")))
          .hasSize(3)
          .anyMatch(line -> line.contains("viewer") && line.contains("NOT_PERMITTED"))
          .noneMatch(line -> line.contains("secret"));
    } finally {
      unobserve.run();
    }
    assertThat(heard)
        .extracting(send -> send.by().principal() + " " + send.clientId())
        .containsExactly("viewer bot-1", "viewer ", "sender bot-1");
  }
}
