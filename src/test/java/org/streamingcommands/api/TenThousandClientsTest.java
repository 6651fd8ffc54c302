package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.grpc.v1.Outcome;
import org.streamingcommands.grpc.v1.Reason;
import org.streamingcommands.grpc.v1.ReasonCount;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.SendToManyResponse;
import org.streamingcommands.grpc.v1.SendToManySummary;
import org.streamingcommands.support.ScriptedFleet;
import org.streamingcommands.support.ScriptedFleet.Habit;
import org.streamingcommands.support.TestNode;

/**
 * One broadcast to ten thousand clients over real sockets: whatever each does, it is told right.
 */
@Timeout(180)
class TenThousandClientsTest {
  private static final int CLIENTS = 10_000;
  private static final int CONNECTIONS = 100;
  private static final int ABSENT = 500;

  /** Long for those that answer, which takes milliseconds; the silent ones wait it out together. */
  private static final int TIMEOUT_SECONDS = 5;

  @Test
  void eachClientsOutcomeIsExact() throws Exception {
    try (ApiNode api = ApiNode.start();
        ScriptedFleet fleet = new ScriptedFleet(api.node.edgeAddress(), CONNECTIONS)) {
      long began = System.nanoTime();
      connectAll(fleet);
      long connected = System.nanoTime();
      Map<String, Outcome> outcomes = new HashMap<>();
      SendToManySummary summary = broadcast(api, outcomes);
      System.out.printf(
          "%,d clients connected in %,d ms, one broadcast ended in %,d ms%n",
          CLIENTS, (connected - began) / 1_000_000, (System.nanoTime() - connected) / 1_000_000);

      Map<Habit, Integer> counts = new HashMap<>();
      for (int i = 0; i < CLIENTS; i++) {
        String id = id(i);
        counts.merge(habit(i), 1, Integer::sum);
        assertOutcome(id, habit(i), outcomes.get(id));
        assertThat(fleet.commandsOf(id)).as("commands of %s", id).isEqualTo(1);
      }
      for (int i = CLIENTS; i < CLIENTS + ABSENT; i++) {
        assertThat(outcomes.get(id(i)).getUndelivered().getReason())
            .isEqualTo(Reason.REASON_NOT_CONNECTED);
      }
      assertThat(summary)
          .isEqualTo(
              SendToManySummary.newBuilder()
                  .setCommandId("update")
                  .setTargets(CLIENTS + ABSENT)
                  .setCompleted(counts.get(Habit.ANSWERS))
                  .setFailed(counts.get(Habit.FAILS))
                  .addUndelivered(count(Reason.REASON_NOT_CONNECTED, ABSENT))
                  .addUndelivered(count(Reason.REASON_TIMED_OUT, counts.get(Habit.IS_SILENT)))
                  .build());
    }
  }

  private static void connectAll(ScriptedFleet fleet) {
    List<CompletableFuture<Void>> welcomes = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      welcomes.add(fleet.connect(id(i), habit(i), Map.of()));
    }
    welcomes.forEach(TestNode::await);
  }

  private static SendToManySummary broadcast(ApiNode api, Map<String, Outcome> outcomes) {
    SendToManyRequest.Builder request =
        SendToManyRequest.newBuilder()
            .setService(TestNode.SERVICE)
            .setCommand(
                ApiNode.command("update")
                    .setTimeout(
                        com.google.protobuf.Duration.newBuilder().setSeconds(TIMEOUT_SECONDS)));
    for (int i = 0; i < CLIENTS + ABSENT; i++) {
      request.getClientIdsBuilder().addIds(id(i));
    }
    StreamReader<SendToManyRequest, SendToManyResponse> call = StreamReader.ofAll();
    api.asyncCaller().sendToMany(request.build(), call);
    assertThat(call.next().getStarted().getTargets()).isEqualTo(CLIENTS + ABSENT);
    SendToManyResponse next = call.next();
    for (; next.hasOutcome(); next = call.next()) {
      String id = next.getOutcome().getClientId();
      assertThat(outcomes.put(id, next.getOutcome().getOutcome())).as("second of %s", id).isNull();
    }
    assertThat(next.getWaveEnded().getClients()).isEqualTo(CLIENTS + ABSENT);
    return call.next().getSummary();
  }

  private static void assertOutcome(String id, Habit habit, Outcome outcome) throws Exception {
    switch (habit) {
      case FAILS -> assertThat(outcome.getFailed().getMessage()).isEqualTo(id);
      case IS_SILENT ->
          assertThat(outcome.getUndelivered().getReason())
              .as(id)
              .isEqualTo(Reason.REASON_TIMED_OUT);
      default ->
          assertThat(outcome.getCompleted().getResult().unpack(StringValue.class).getValue())
              .isEqualTo(id);
    }
  }

  private static ReasonCount count(Reason reason, int count) {
    return ReasonCount.newBuilder().setReason(reason).setCount(count).build();
  }

  private static Habit habit(int i) {
    if (i % 10 == 0) {
      return Habit.FAILS;
    }
    return i % 100 == 1 ? Habit.IS_SILENT : Habit.ANSWERS;
  }

  private static String id(int i) {
    return "bot-" + i;
  }
}
