package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.v1.ClientIds;
import org.streamingcommands.grpc.v1.Reason;
import org.streamingcommands.grpc.v1.ReasonCount;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.SendToManyResponse;
import org.streamingcommands.grpc.v1.SendToManySummary;
import org.streamingcommands.grpc.v1.WaveEnded;
import org.streamingcommands.grpc.v1.WavePlan;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.ScriptedFleet;
import org.streamingcommands.support.ScriptedFleet.Habit;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

@Timeout(60)
class SendToManyTest {
  private static final AtomicInteger TESTS = new AtomicInteger();

  private static ApiNode api;

  /** Ids run once, and the clients of different tests have the same names. */
  private final String all = "all-" + TESTS.incrementAndGet();

  private ScriptedFleet fleet;

  @BeforeAll
  static void startNode() {
    api = ApiNode.start();
  }

  @AfterAll
  static void stopNode() {
    api.close();
  }

  @BeforeEach
  void startFleet() {
    fleet = new ScriptedFleet(api.node.edgeAddress(), 2);
  }

  @AfterEach
  void stopFleet() {
    fleet.close();
    // The next test's selectors must find its own clients only.
    Set<ClientKey> connected = ConcurrentHashMap.newKeySet();
    CompletableFuture<Void> allGone = new CompletableFuture<>();
    Runnable unwatch =
        api.node
            .connections()
            .watch(
                snapshot -> {
                  snapshot.clients().forEach(client -> connected.add(client.client()));
                  if (connected.isEmpty()) {
                    allGone.complete(null);
                  }
                },
                change -> {
                  connected.remove(change.client().client());
                  if (connected.isEmpty()) {
                    allGone.complete(null);
                  }
                });
    TestNode.await(allGone);
    unwatch.run();
  }

  @Test
  void eachOutcomeIsToldAndTheCountsComeLast() throws Exception {
    fleet.with("good", Habit.ANSWERS).with("bad", Habit.FAILS);
    List<SendToManyResponse> answers = call(ids("good", "bad", "absent")).rest();
    assertThat(answers.get(0).getStarted().getCommandId()).isEqualTo(all);
    assertThat(answers.get(0).getStarted().getTargets()).isEqualTo(3);
    assertThat(outcome(answers, "good").getCompleted().getResult().unpack(StringValue.class))
        .isEqualTo(StringValue.of("good"));
    assertThat(outcome(answers, "bad").getFailed().getMessage()).isEqualTo("bad");
    assertThat(outcome(answers, "absent").getUndelivered().getReason())
        .isEqualTo(Reason.REASON_NOT_CONNECTED);
    assertThat(answers.get(4).getWaveEnded())
        .isEqualTo(WaveEnded.newBuilder().setNumber(1).setClients(3).setFailed(2).build());
    assertThat(answers.get(5).getSummary())
        .isEqualTo(
            SendToManySummary.newBuilder()
                .setCommandId(all)
                .setTargets(3)
                .setCompleted(1)
                .setFailed(1)
                .addUndelivered(
                    ReasonCount.newBuilder().setReason(Reason.REASON_NOT_CONNECTED).setCount(1))
                .build());
    assertThat(answers).hasSize(6);
  }

  @Test
  void aSelectorChoosesAmongTheConnectedAndTheExcludedAreLeftOut() {
    fleet
        .with("a", Habit.ANSWERS, Map.of("zone", "eu"))
        .with("b", Habit.ANSWERS, Map.of("zone", "us"))
        .with("c", Habit.ANSWERS, Map.of("zone", "eu"))
        .with("d", Habit.ANSWERS, Map.of("zone", "eu"));
    List<SendToManyResponse> answers =
        call(request().setSelector("zone=eu").addExcludeClientIds("c")).rest();
    assertThat(clients(answers)).containsExactlyInAnyOrder("a", "d");
    assertThat(fleet.commands()).isEqualTo(2);
  }

  @Test
  void nobodyChosenIsASummaryOfNobody() {
    List<SendToManyResponse> answers = call(request().setSelector("zone=moon")).rest();
    assertThat(answers).hasSize(2);
    assertThat(answers.get(1).getSummary().getTargets()).isZero();
  }

  @Test
  void tooManyFailuresInAWaveSpareTheRest() {
    IntStream.range(0, 10).forEach(i -> fleet.with("c" + i, i < 2 ? Habit.FAILS : Habit.ANSWERS));
    List<SendToManyResponse> answers =
        call(request().setSelector("").setWaves(waves(49, 20, 50, 100))).rest();
    assertThat(fleet.commands()).isLessThanOrEqualTo(2);
    WaveEnded wave = answers.get(answers.size() - 2).getWaveEnded();
    assertThat(wave.getNumber()).isEqualTo(1);
    assertThat(wave.getStopped()).isTrue();
    SendToManySummary summary = answers.get(answers.size() - 1).getSummary();
    assertThat(summary.getTargets()).isEqualTo(10);
    assertThat(summary.getSkipped()).isGreaterThanOrEqualTo(8);
    assertThat(summary.getFailed() + summary.getSkipped()).isEqualTo(10);
  }

  @Test
  void aWaveWithFewEnoughFailuresIsFollowedByTheNext() {
    IntStream.range(0, 10).forEach(i -> fleet.with("c" + i, i < 1 ? Habit.FAILS : Habit.ANSWERS));
    List<SendToManyResponse> answers =
        call(request().setSelector("").setWaves(waves(50, 20, 20.5, 25, 100))).rest();
    assertThat(answers.stream().filter(SendToManyResponse::hasWaveEnded))
        .extracting(SendToManyResponse::getWaveEnded)
        .containsExactly(wave(1, 2, 1), wave(2, 1, 0), wave(4, 7, 0));
    assertThat(answers.get(answers.size() - 1).getSummary().getCompleted()).isEqualTo(9);
  }

  @Test
  void aWaveWaitsForEveryOutcomeOfTheOneBefore() {
    try (ScriptedClient a = api.node.connect("a");
        ScriptedClient b = api.node.connect("b")) {
      StreamReader<SendToManyRequest, SendToManyResponse> call =
          call(ids("a", "b").setWaves(waves(0, 50, 100)));
      a.awaitCommand();
      // What had been sent to it too soon would come before this one.
      api.node.send("b", TestNode.command("sentinel-" + all, "start"));
      assertThat(b.awaitCommand().getCommandId()).isEqualTo("sentinel-" + all);
      a.complete(all, "done");
      assertThat(b.awaitCommand().getCommandId()).isEqualTo(all);
      b.complete(all, "done");
      assertThat(clients(call.rest())).containsExactly("a", "b");
    }
  }

  @Test
  void noMoreThanTheWishedNumberIsUnderWay() {
    try (ScriptedClient a = api.node.connect("a");
        ScriptedClient b = api.node.connect("b")) {
      StreamReader<SendToManyRequest, SendToManyResponse> call =
          call(ids("a", "b").setMaxConcurrency(1));
      a.awaitCommand();
      // What had been sent to it too soon would come before this one.
      api.node.send("b", TestNode.command("sentinel-" + all, "start"));
      assertThat(b.awaitCommand().getCommandId()).isEqualTo("sentinel-" + all);
      a.complete(all, "done");
      assertThat(b.awaitCommand().getCommandId()).isEqualTo(all);
      b.complete(all, "done");
      assertThat(call.awaitEnd().isOk()).isTrue();
    }
  }

  @Test
  void aTimeoutCountsForEachClientFromItsOwnSend() {
    fleet.with("a", Habit.IS_SILENT).with("b", Habit.IS_SILENT);
    SendToManyRequest.Builder request = ids("a", "b").setMaxConcurrency(1);
    request.getCommandBuilder().getTimeoutBuilder().setSeconds(0).setNanos(200_000_000);
    List<SendToManyResponse> answers = call(request).rest();
    // The second one's would have been over before it was sent to.
    assertThat(fleet.commandsOf("b")).isEqualTo(1);
    assertThat(outcome(answers, "b").getUndelivered().getReason())
        .isEqualTo(Reason.REASON_TIMED_OUT);
  }

  @Test
  void aCancelledCallSendsToNobodyElseAndCancelsWhatRunsWhereThatIsWished() {
    try (ScriptedClient a = api.node.connect("a");
        ScriptedClient b = api.node.connect("b")) {
      StreamReader<SendToManyRequest, SendToManyResponse> call =
          call(ids("a", "b").setMaxConcurrency(1).setCancelOnAbandon(true));
      a.awaitCommand();
      call.cancel();
      assertThat(a.awaitCancel().getCommandId()).isEqualTo(all);
      a.cancelled(all);
      api.node.send("b", TestNode.command("other", "start"));
      assertThat(b.awaitCommand().getCommandId()).isEqualTo("other");
    }
  }

  @Test
  void aCancelledCallLeavesWhatSomebodyElseSentToo() {
    try (ScriptedClient a = api.node.connect("a")) {
      StreamReader<SendToManyRequest, SendToManyResponse> call =
          call(ids("a").setCancelOnAbandon(true));
      a.awaitCommand();
      Heard other = api.node.send("a", TestNode.command(all, "start")).awaitReceipt(Receipt.SENT);
      LongAdder abandoned = api.node.connections().counters().abandoned;
      long before = abandoned.sum();
      call.cancel();
      while (abandoned.sum() == before) {
        Thread.onSpinWait();
      }
      api.node.send("a", TestNode.command("sentinel-" + all, "start"));
      assertThat(a.awaitFrame().getCommand().getCommandId()).isEqualTo("sentinel-" + all);
      a.complete(all, "done");
      assertThat(other.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void aCallerThatDoesNotReadHoldsTheSendingBack() {
    int clients = 200;
    List<String> ids = IntStream.range(0, clients).mapToObj(i -> "c" + i).toList();
    ids.forEach(id -> fleet.with(id, Habit.ANSWERS_AT_LENGTH));
    StreamReader<SendToManyRequest, SendToManyResponse> call = StreamReader.ofNothing();
    api.asyncCaller()
        .sendToMany(
            request()
                .setClientIds(ClientIds.newBuilder().addAllIds(ids))
                .setMaxConcurrency(4)
                .build(),
            call);
    // Their answers together are far more than all windows on the way hold.
    String last = ids.get(clients - 1);
    assertThat(api.node.send(last, TestNode.command("other", "x")).awaitOutcome().isCompleted())
        .isTrue();
    assertThat(fleet.commandsOf(last)).isEqualTo(1);
    call.readAll();
    List<SendToManyResponse> answers = call.rest();
    assertThat(clients(answers)).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(answers.get(answers.size() - 1).getSummary().getCompleted()).isEqualTo(clients);
  }

  static Stream<Arguments> wrongRequests() {
    return Stream.of(
        wrong("targets: ", SendToManyRequest.Builder::clearTargets),
        wrong("client_ids: must not be empty", r -> r.setClientIds(ClientIds.newBuilder())),
        wrong("client_ids[1]: 'a' was named", r -> r.setClientIds(idList("a", "a"))),
        wrong("client_ids[0]: must not be empty", r -> r.setClientIds(idList(""))),
        wrong(
            "client_ids: at most 100000, are 100001",
            r -> r.getClientIdsBuilder().addAllIds(Collections.nCopies(100_000, "x"))),
        wrong("selector: cannot be read at '=b' (position 4)", r -> r.setSelector("a=b,=b")),
        wrong("service: must not be empty", r -> r.setService("")),
        wrong("command: must be set", SendToManyRequest.Builder::clearCommand),
        wrong("command.payload: ", r -> r.getCommandBuilder().clearPayload()),
        wrong("command_id: ", r -> r.getCommandBuilder().setCommandId("x".repeat(101))),
        wrong("max_concurrency: ", r -> r.setMaxConcurrency(10_001)),
        wrong("max_concurrency: ", r -> r.setMaxConcurrency(-1)),
        wrong("waves.percents: must be 1", r -> r.setWaves(WavePlan.newBuilder())),
        wrong("waves.percents[1]: must be more", r -> r.setWaves(waves(0, 25, 5, 100))),
        wrong("waves.percents[0]: ", r -> r.setWaves(waves(0, Double.NaN, 100))),
        wrong("waves.percents: the last must be 100", r -> r.setWaves(waves(0, 5, 25))),
        wrong("waves.max_failure_percent: ", r -> r.setWaves(waves(101, 100))),
        wrong("waves.max_failure_percent: ", r -> r.setWaves(waves(Double.NaN, 100))));
  }

  @ParameterizedTest
  @MethodSource("wrongRequests")
  void aWrongRequestIsRefusedByItsField(
      String problem, Consumer<SendToManyRequest.Builder> mistake) {
    SendToManyRequest.Builder request = ids("a");
    mistake.accept(request);
    StreamReader<SendToManyRequest, SendToManyResponse> call = call(request);
    Status status = call.awaitEnd();
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).startsWith(problem);
  }

  @Test
  void anUnknownServiceIsNotFound() {
    assertThat(call(ids("a").setService("ships")).awaitEnd().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  private static Arguments wrong(String problem, Consumer<SendToManyRequest.Builder> mistake) {
    return Arguments.of(problem, mistake);
  }

  private StreamReader<SendToManyRequest, SendToManyResponse> call(
      SendToManyRequest.Builder request) {
    StreamReader<SendToManyRequest, SendToManyResponse> reader = StreamReader.ofAll();
    api.asyncCaller().sendToMany(request.build(), reader);
    return reader;
  }

  private SendToManyRequest.Builder request() {
    return SendToManyRequest.newBuilder()
        .setService(TestNode.SERVICE)
        .setCommand(ApiNode.command(all));
  }

  private SendToManyRequest.Builder ids(String... ids) {
    return request().setClientIds(idList(ids));
  }

  private static ClientIds idList(String... ids) {
    return ClientIds.newBuilder().addAllIds(Arrays.asList(ids)).build();
  }

  private static WavePlan waves(double maxFailurePercent, double... percents) {
    return WavePlan.newBuilder()
        .addAllPercents(Arrays.stream(percents).boxed().toList())
        .setMaxFailurePercent(maxFailurePercent)
        .build();
  }

  private static WaveEnded wave(int number, int clients, int failed) {
    return WaveEnded.newBuilder().setNumber(number).setClients(clients).setFailed(failed).build();
  }

  private static org.streamingcommands.grpc.v1.Outcome outcome(
      List<SendToManyResponse> answers, String clientId) {
    return answers.stream()
        .filter(answer -> answer.hasOutcome() && answer.getOutcome().getClientId().equals(clientId))
        .findFirst()
        .orElseThrow()
        .getOutcome()
        .getOutcome();
  }

  private static List<String> clients(List<SendToManyResponse> answers) {
    return answers.stream()
        .filter(SendToManyResponse::hasOutcome)
        .map(answer -> answer.getOutcome().getClientId())
        .toList();
  }
}
