package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.DisconnectClientRequest;
import org.streamingcommands.grpc.v1.ExecuteCommandRequest;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.SendCommandToClientRequest;

class BadInputTest {
  private static ApiNode api;

  @BeforeAll
  static void start() {
    api = ApiNode.start();
    EchoBot.connect(api.node.connections(), "b1");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  static Stream<Arguments> wrongCommands() {
    CommandSpec.Builder tooManyHeaders = ApiNode.command("c1");
    for (int i = 0; i < 33; i++) {
      tooManyHeaders.putHeaders("h" + i, "v");
    }
    return Stream.of(
        Arguments.of("command.payload: ", CommandSpec.newBuilder()),
        Arguments.of("command.payload: ", with(Any.getDefaultInstance())),
        Arguments.of("payload.type_url: ", with(any("no-slash"))),
        Arguments.of("payload.type_url: ", with(any("type.googleapis.com/"))),
        Arguments.of("payload.type_url: ", with(any("type.googleapis.com/1bad..name"))),
        Arguments.of("command_id: ", ApiNode.command("x".repeat(101))),
        Arguments.of("command_id: ", ApiNode.command("a\nb")),
        Arguments.of("headers: ", tooManyHeaders),
        Arguments.of("command.timeout: must be more than zero", timeout(0, 0)),
        Arguments.of("command.timeout: must be more than zero", timeout(-1, 0)),
        Arguments.of("command.timeout: must be more than zero", timeout(0, -1)),
        Arguments.of("command.timeout: must be at most 86400 s", timeout(86_401, 0)),
        Arguments.of("command.deadline: must be at most 86400 s", deadline(253_402_300_799L)),
        Arguments.of("command.timeout: is out of range", timeout(Long.MAX_VALUE, 0)),
        Arguments.of("command.timeout: is out of range", timeout(1, Integer.MAX_VALUE)),
        Arguments.of("command.deadline: must be in the future", deadline(1)),
        Arguments.of("command.deadline: is out of range", deadline(Long.MAX_VALUE)),
        Arguments.of("command.deadline: is out of range", deadline(-1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongCommands")
  void aWrongCommandIsInvalidAndItsFieldIsNamed(String problem, CommandSpec.Builder command)
      throws Exception {
    StatusRuntimeException failure =
        failureOf(caller -> caller.sendCommandToClient(ApiNode.send("b1", command).build()));
    assertInvalid(failure, problem);
    StatusRuntimeException executed =
        failureOf(
            caller ->
                caller
                    .executeCommand(
                        ExecuteCommandRequest.newBuilder()
                            .setService("bots")
                            .setClientId("b1")
                            .setCommand(command)
                            .build())
                    .hasNext());
    assertInvalid(executed, problem);
  }

  static Stream<Arguments> wrongRequests() {
    SendCommandToClientRequest send = ApiNode.send("b1", ApiNode.command("c1")).build();
    return Stream.of(
        wrong("service: ", c -> c.sendCommandToClient(send.toBuilder().setService("").build())),
        wrong("service: ", c -> c.sendCommandToClient(send.toBuilder().setService("a b").build())),
        wrong("client_id: ", c -> c.sendCommandToClient(send.toBuilder().setClientId("").build())),
        wrong("command: ", c -> c.sendCommandToClient(send.toBuilder().clearCommand().build())),
        wrong(
            "wait_for: ", c -> c.sendCommandToClient(send.toBuilder().setWaitForValue(99).build())),
        wrong("command_id: ", c -> c.cancelCommand(cancel().setCommandId("").build())),
        wrong(
            "timeout: must be more than zero",
            c -> c.cancelCommand(cancel().setTimeout(Duration.getDefaultInstance()).build())),
        wrong("client_id: ", c -> c.cancelCommand(cancel().setClientId("").build())),
        wrong(
            "reconnect_delay: must not be negative",
            c ->
                c.disconnectClient(
                    DisconnectClientRequest.newBuilder()
                        .setService("bots")
                        .setClientId("b1")
                        .setReconnectDelay(Duration.newBuilder().setSeconds(-1))
                        .build())),
        wrong(
            "client_id: ",
            c ->
                c.disconnectClient(
                    DisconnectClientRequest.newBuilder().setService("bots").build())),
        wrong("page_size: ", c -> c.listClients(list().setPageSize(1001).build())),
        wrong("page_size: ", c -> c.listClients(list().setPageSize(-1).build())),
        wrong("page_token: ", c -> c.listClients(list().setPageToken("!").build())),
        wrong("page_token: ", c -> c.listClients(list().setPageToken("YWJj").build())),
        wrong(
            "page_token: ",
            c -> c.listClients(list().setService("bots").setPageToken("YS9i").build())),
        wrong("service: ", c -> c.listClients(list().setService("a b").build())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongRequests")
  void aWrongRequestIsInvalidAndItsFieldIsNamed(
      String problem, Function<CommandServiceBlockingStub, Object> call) throws Exception {
    assertInvalid(failureOf(call), problem);
  }

  static Stream<Arguments> requestsOfAnUnknownService() {
    return Stream.of(
        wrong(
            "send",
            c ->
                c.sendCommandToClient(
                    ApiNode.send("b1", ApiNode.command("c1")).setService("ghosts").build())),
        wrong("cancel", c -> c.cancelCommand(cancel().setService("ghosts").build())),
        wrong(
            "disconnect",
            c ->
                c.disconnectClient(
                    DisconnectClientRequest.newBuilder()
                        .setService("ghosts")
                        .setClientId("b1")
                        .build())),
        wrong("list", c -> c.listClients(list().setService("ghosts").build())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requestsOfAnUnknownService")
  void anUnknownServiceIsNotFound(String what, Function<CommandServiceBlockingStub, Object> call)
      throws Exception {
    StatusRuntimeException failure = failureOf(call);
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(failure.getStatus().getDescription()).contains("ghosts");
    assertThat(ApiNode.errorInfo(failure).getReason()).isEqualTo("UNKNOWN_SERVICE");
  }

  @Test
  void anIdThatIsInUseForAnotherPayloadAlreadyExists() {
    api.caller().sendCommandToClient(ApiNode.send("b1", ApiNode.command("used", "one")).build());
    StatusRuntimeException failure =
        failureOf(
            caller ->
                caller.sendCommandToClient(
                    ApiNode.send("b1", ApiNode.command("used", "two")).build()));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
  }

  @Test
  void aMessageThatIsNotAsciiArrivesWhole() {
    StatusRuntimeException failure =
        failureOf(c -> c.listClients(list().setService("böts 100%").build()));
    assertThat(failure.getStatus().getDescription()).startsWith("service: only");
    StatusRuntimeException quoted =
        failureOf(c -> c.sendCommandToClient(ApiNode.send("b1", with(any("größe 100%"))).build()));
    assertThat(quoted.getStatus().getDescription()).contains("größe 100%");
  }

  private static void assertInvalid(StatusRuntimeException failure, String problem)
      throws Exception {
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure.getStatus().getDescription()).startsWith(problem);
    assertThat(ApiNode.errorInfo(failure).getReason()).isEqualTo("INVALID_COMMAND");
  }

  private static StatusRuntimeException failureOf(
      Function<CommandServiceBlockingStub, Object> call) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> call.apply(api.caller()));
  }

  private static Arguments wrong(
      String problem, Function<CommandServiceBlockingStub, Object> call) {
    return Arguments.of(problem, call);
  }

  private static CommandSpec.Builder with(Any payload) {
    return ApiNode.command("c1").setPayload(payload);
  }

  private static Any any(String typeUrl) {
    return Any.newBuilder().setTypeUrl(typeUrl).setValue(ByteString.EMPTY).build();
  }

  private static CommandSpec.Builder timeout(long seconds, int nanos) {
    return ApiNode.command("c1")
        .setTimeout(Duration.newBuilder().setSeconds(seconds).setNanos(nanos));
  }

  private static CommandSpec.Builder deadline(long seconds) {
    return ApiNode.command("c1").setDeadline(Timestamp.newBuilder().setSeconds(seconds));
  }

  private static CancelCommandRequest.Builder cancel() {
    return CancelCommandRequest.newBuilder()
        .setService("bots")
        .setClientId("b1")
        .setCommandId("c1");
  }

  private static ListClientsRequest.Builder list() {
    return ListClientsRequest.newBuilder();
  }
}
