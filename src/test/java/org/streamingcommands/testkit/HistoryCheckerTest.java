package org.streamingcommands.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.streamingcommands.agent.FailureCode;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.testkit.HistoryEvent.Ending;
import org.streamingcommands.testkit.Violation.Promise;

/** A good history passes; each promise that a hand-made one breaks is found, and no other. */
class HistoryCheckerTest {
  private static final String CLIENT = "c1";
  private static final String FIRST = "c1#1";
  private static final String SECOND = "c1#2";
  private static final Any ANSWER = Any.pack(StringValue.of("done"));
  private static final Outcome<Any> COMPLETED = new Outcome.Completed<>(ANSWER);

  private final History history = new History();
  private long nowMillis = 1_000;
  private long sends;

  @Test
  void aGoodHistoryPasses() {
    started(FIRST);
    long send = send("a");
    receipts(send, "a", Receipt.QUEUED, Receipt.SENT, Receipt.RECEIVED);
    runs(FIRST, "a");
    answers(FIRST, "a");
    ends(send, "a", COMPLETED);
    listed(CLIENT);
    expect();
  }

  // ---- ends once ----------------------------------------------------------------------------

  @Test
  void aSendThatNeverEnds() {
    send("a");
    expect(Promise.ENDS_ONCE);
  }

  @Test
  void aSendThatEndsTwice() {
    long send = send("a");
    ends(send, "a", undelivered(Reason.NOT_CONNECTED, Certainty.NOT_SENT));
    ends(send, "a", undelivered(Reason.NOT_CONNECTED, Certainty.NOT_SENT));
    expect(Promise.ENDS_ONCE);
  }

  @Test
  void aSendThatEndsLate() {
    long send = send("a");
    pass(6_001);
    ends(send, "a", undelivered(Reason.TIMED_OUT, Certainty.NOT_SENT));
    expect(Promise.ENDS_ONCE);
  }

  @Test
  void aSendThatEndsLateByAsMuchAsTheMachineStoodStill() {
    long send = send("a");
    long stalled = nanos();
    pass(6_100);
    history.add(new HistoryEvent.Stalled(stalled, stalled + Duration.ofMillis(200).toNanos()));
    ends(send, "a", undelivered(Reason.TIMED_OUT, Certainty.NOT_SENT));
    expect();
  }

  @Test
  void aReceiptAfterTheOutcome() {
    long send = send("a");
    ends(send, "a", undelivered(Reason.TIMED_OUT, Certainty.SENT_UNCONFIRMED));
    receipts(send, "a", Receipt.SENT);
    expect(Promise.ENDS_ONCE);
  }

  // ---- the answer ---------------------------------------------------------------------------

  @Test
  void aCompletionThatNobodyExecuted() {
    ends(send("a"), "a", COMPLETED);
    expect(Promise.ANSWER_IS_TRUE);
  }

  @Test
  void aCompletionWithAnotherAnswer() {
    long send = send("a");
    runs(FIRST, "a");
    answers(FIRST, "a");
    ends(send, "a", new Outcome.Completed<>(Any.pack(StringValue.of("another"))));
    expect(Promise.ANSWER_IS_TRUE);
  }

  @Test
  void aCompletionBeforeTheAnswer() {
    long send = send("a");
    runs(FIRST, "a");
    ends(send, "a", COMPLETED);
    answers(FIRST, "a");
    expect(Promise.ANSWER_IS_TRUE);
  }

  @Test
  void aCancellationOfWhatWasAnswered() {
    long send = send("a");
    runs(FIRST, "a");
    answers(FIRST, "a");
    ends(send, "a", new Outcome.Cancelled<>("cancelled before it was sent"));
    expect(Promise.ANSWER_IS_TRUE);
  }

  @Test
  void aFailureThatNobodyHad() {
    long send = send("a");
    runs(FIRST, "a");
    answers(FIRST, "a");
    ends(send, "a", new Outcome.Failed<>("REFUSED", "no"));
    expect(Promise.ANSWER_IS_TRUE);
  }

  @Test
  void aFailureBeforeTheStartOfWhatRan() {
    long send = send("a");
    runs(FIRST, "a");
    ends(send, "a", new Outcome.Failed<>(FailureCode.EXPIRED, "too late"));
    expect(Promise.ANSWER_IS_TRUE);
  }

  @Test
  void failuresAndCancellationsThatAreSo() {
    long failed = send("a");
    runs(FIRST, "a");
    gaveUp(FIRST, "a", Ending.FAILED);
    ends(failed, "a", new Outcome.Failed<>("REFUSED", "no"));
    long stopped = send("b");
    runs(FIRST, "b");
    gaveUp(FIRST, "b", Ending.STOPPED);
    ends(stopped, "b", new Outcome.Cancelled<>("stopped"));
    ends(send("c"), "c", new Outcome.Cancelled<>("cancelled before it was sent"));
    ends(send("d"), "d", new Outcome.Failed<>(FailureCode.EXPIRED, "too late"));
    expect();
  }

  // ---- runs once ----------------------------------------------------------------------------

  @Test
  void aCommandThatRunsTwiceInOneProcess() {
    long send = send("a");
    runs(FIRST, "a");
    runs(FIRST, "a");
    answers(FIRST, "a");
    ends(send, "a", COMPLETED);
    expect(Promise.RUNS_ONCE);
  }

  @Test
  void aCommandThatRunsAgainInTheNextProcess() {
    long send = send("a");
    runs(FIRST, "a");
    ends(send, "a", undelivered(Reason.CLIENT_RESTARTED, Certainty.SENT_UNCONFIRMED));
    runs(SECOND, "a");
    expect(Promise.RUNS_ONCE);
  }

  // ---- order --------------------------------------------------------------------------------

  @Test
  void oneThreadsCommandsOutOfOrder() {
    long a = send("a");
    long b = send("b");
    runsAndEnds(b, "b");
    runsAndEnds(a, "a");
    expect(Promise.ORDER);
  }

  @Test
  void acceptedCommandsOutOfOrder() {
    long a = sendBy("s1", "a", Priority.NORMAL, "x");
    long b = sendBy("s2", "b", Priority.NORMAL, "x");
    receipts(b, "b", Receipt.QUEUED);
    receipts(a, "a", Receipt.QUEUED);
    runsAndEnds(a, "a");
    runsAndEnds(b, "b");
    expect(Promise.ORDER);
  }

  @Test
  void highMayOvertakeNormal() {
    long a = send("a");
    long b = sendBy("s1", "b", Priority.HIGH, "x");
    runsAndEnds(b, "b");
    runsAndEnds(a, "a");
    expect();
  }

  @Test
  void normalMayNotOvertakeHighThatWasQueuedBeforeIt() {
    long high = sendBy("s1", "high", Priority.HIGH, "x");
    receipts(high, "high", Receipt.QUEUED);
    long normal = sendBy("s2", "normal", Priority.NORMAL, "x");
    runsAndEnds(normal, "normal");
    runsAndEnds(high, "high");
    expect(Promise.ORDER);
  }

  @Test
  void normalThatWasSentBeforeHighWasQueuedProvesNothing() {
    long normal = sendBy("s2", "normal", Priority.NORMAL, "x");
    long high = sendBy("s1", "high", Priority.HIGH, "x");
    receipts(high, "high", Receipt.QUEUED);
    runsAndEnds(normal, "normal");
    runsAndEnds(high, "high");
    expect();
  }

  @Test
  void highOfWhoseQueuingNobodyHeardProvesNothing() {
    runsAndEnds(sendBy("s1", "high", Priority.HIGH, "x"), "high");
    expect();
  }

  @Test
  void whatWasRefusedFirstHasNoPlace() {
    long refused = send("a");
    ends(refused, "a", undelivered(Reason.NOT_CONNECTED, Certainty.NOT_SENT));
    long b = send("b");
    long again = send("a");
    runsAndEnds(b, "b");
    runsAndEnds(again, "a");
    expect();
  }

  // ---- certainty ----------------------------------------------------------------------------

  @Test
  void aSendToldNotSentWhileAnotherOfTheSameCommandWentOnAndRan() {
    long patient = send("a");
    receipts(patient, "a", Receipt.QUEUED);
    long impatient = send("a");
    ends(impatient, "a", undelivered(Reason.TIMED_OUT, Certainty.NOT_SENT));
    receipts(patient, "a", Receipt.SENT);
    runsAndEnds(patient, "a");
    expect(Promise.CERTAINTY_IS_TRUE);
  }

  @Test
  void aSendToldNotSentThatMayHaveComeBeforeTheOneThatRan() {
    long first = send("a");
    long second = send("a");
    ends(first, "a", undelivered(Reason.QUEUE_FULL, Certainty.NOT_SENT));
    runsAndEnds(second, "a");
    expect();
  }

  @Test
  void anExecutionOfWhatWasNotSent() {
    long send = send("a");
    runs(FIRST, "a");
    ends(send, "a", undelivered(Reason.TIMED_OUT, Certainty.NOT_SENT));
    expect(Promise.CERTAINTY_IS_TRUE);
  }

  @Test
  void anExecutionThatOnlyALaterSendMayExplain() {
    long refused = send("a");
    ends(refused, "a", undelivered(Reason.QUEUE_FULL, Certainty.NOT_SENT));
    runs(FIRST, "a");
    answers(FIRST, "a");
    ends(send("a"), "a", COMPLETED);
    expect(Promise.CERTAINTY_IS_TRUE);
  }

  @Test
  void anExecutionThatNobodySent() {
    runs(FIRST, "a");
    expect(Promise.CERTAINTY_IS_TRUE);
  }

  @Test
  void anExecutionOfAnotherPayloadThanWasSent() {
    long send = send("a");
    history.add(
        new HistoryEvent.Started(nanos(), CLIENT, FIRST, "a", Any.pack(StringValue.of("another"))));
    answers(FIRST, "a");
    ends(send, "a", COMPLETED);
    expect(Promise.CERTAINTY_IS_TRUE);
  }

  @Test
  void aConflictSaysNothingOfTheOtherPayload() {
    long send = send("a");
    long other = sendBy("s1", "a", Priority.NORMAL, "another");
    ends(other, "a", undelivered(Reason.CONFLICT, Certainty.NOT_SENT));
    runsAndEnds(send, "a");
    expect();
  }

  @Test
  void notSentAfterASentReceipt() {
    long send = send("a");
    receipts(send, "a", Receipt.QUEUED, Receipt.SENT);
    ends(send, "a", undelivered(Reason.CONNECTION_LOST, Certainty.NOT_SENT));
    expect(Promise.CERTAINTY_IS_TRUE);
  }

  @Test
  void sentUnconfirmedAfterAReceivedReceipt() {
    long send = send("a");
    receipts(send, "a", Receipt.RECEIVED);
    ends(send, "a", undelivered(Reason.CONNECTION_LOST, Certainty.SENT_UNCONFIRMED));
    expect(Promise.CERTAINTY_IS_TRUE);
  }

  @Test
  void receivedNotFinishedWithoutAReceivedReceipt() {
    long send = send("a");
    receipts(send, "a", Receipt.QUEUED, Receipt.SENT);
    ends(send, "a", undelivered(Reason.CONNECTION_LOST, Certainty.RECEIVED_NOT_FINISHED));
    expect(Promise.CERTAINTY_IS_TRUE);
  }

  // ---- presence -----------------------------------------------------------------------------

  @Test
  void aGhostInAListing() {
    started(FIRST);
    history.add(new HistoryEvent.LinkBroken(nanos(), CLIENT, FIRST));
    pass(901);
    listed(CLIENT);
    expect(Promise.PRESENCE_IS_TRUE);
  }

  @Test
  void aGhostThatIsSentTo() {
    started(FIRST);
    history.add(new HistoryEvent.LinkBroken(nanos(), CLIENT, FIRST));
    pass(901);
    ends(send("a"), "a", undelivered(Reason.TIMED_OUT, Certainty.SENT_UNCONFIRMED));
    expect(Promise.PRESENCE_IS_TRUE);
  }

  @Test
  void whatNeverLeftAnotherProcessInItsTimeSaysNothingOfTheClient() {
    started(FIRST);
    history.add(new HistoryEvent.LinkBroken(nanos(), CLIENT, FIRST));
    pass(901);
    long send = send("a");
    pass(5_000);
    ends(send, "a", undelivered(Reason.TIMED_OUT, Certainty.NOT_SENT));
    expect(Promise.PRESENCE_IS_TRUE);
    assertThat(checker().fromAfar().check(history)).isEmpty();
  }

  @Test
  void whatANodeQueuedForAGhostIsNoExcuse() {
    started(FIRST);
    history.add(new HistoryEvent.LinkBroken(nanos(), CLIENT, FIRST));
    pass(901);
    long send = send("a");
    receipts(send, "a", Receipt.QUEUED);
    pass(5_000);
    ends(send, "a", undelivered(Reason.TIMED_OUT, Certainty.NOT_SENT));
    assertThat(checker().fromAfar().check(history))
        .extracting(Violation::promise)
        .containsExactly(Promise.PRESENCE_IS_TRUE);
  }

  @Test
  void aTimeoutBeforeItsTimeIsNoExcuse() {
    started(FIRST);
    history.add(new HistoryEvent.LinkBroken(nanos(), CLIENT, FIRST));
    pass(901);
    ends(send("a"), "a", undelivered(Reason.TIMED_OUT, Certainty.NOT_SENT));
    assertThat(checker().fromAfar().check(history))
        .extracting(Violation::promise)
        .contains(Promise.PRESENCE_IS_TRUE);
  }

  @Test
  void aProcessThatEndedIsAGhostToo() {
    started(FIRST);
    history.add(new HistoryEvent.ProcessEnded(nanos(), CLIENT, FIRST));
    pass(901);
    listed(CLIENT);
    expect(Promise.PRESENCE_IS_TRUE);
  }

  @Test
  void aClientMayBeListedForAsLongAsTheBound() {
    started(FIRST);
    history.add(new HistoryEvent.LinkBroken(nanos(), CLIENT, FIRST));
    pass(890);
    listed(CLIENT);
    pass(100);
    listed();
    ends(send("a"), "a", undelivered(Reason.NOT_CONNECTED, Certainty.NOT_SENT));
    expect();
  }

  @Test
  void aClientWithAnotherProcessIsNoGhost() {
    started(FIRST);
    started(SECOND);
    history.add(new HistoryEvent.LinkBroken(nanos(), CLIENT, FIRST));
    pass(5_000);
    listed(CLIENT);
    history.add(new HistoryEvent.LinkBroken(nanos(), CLIENT, SECOND));
    history.add(new HistoryEvent.LinkHealed(nanos(), CLIENT, FIRST));
    pass(5_000);
    listed(CLIENT);
    expect();
  }

  @Test
  void aConnectedClientThatIsNotListed() {
    started(FIRST);
    history.add(new HistoryEvent.Connected(nanos(), CLIENT, FIRST, "session 1"));
    listed();
    pass(2_000);
    listed(CLIENT);
    expect(Promise.PRESENCE_IS_TRUE);
  }

  @Test
  void aConnectedClientThatIsCalledNotConnected() {
    started(FIRST);
    history.add(new HistoryEvent.Connected(nanos(), CLIENT, FIRST, "session 1"));
    ends(send("a"), "a", undelivered(Reason.NOT_CONNECTED, Certainty.NOT_SENT));
    pass(2_000);
    listed(CLIENT);
    expect(Promise.PRESENCE_IS_TRUE);
  }

  @Test
  void aClientThatHasYetToHearOfItsEndMayBeMissing() {
    started(FIRST);
    history.add(new HistoryEvent.Connected(nanos(), CLIENT, FIRST, "session 1"));
    listed();
    pass(1_000);
    history.add(new HistoryEvent.Disconnected(nanos(), CLIENT, FIRST, "cut"));
    history.add(new HistoryEvent.LinkDisturbed(nanos(), CLIENT, FIRST, "delayed"));
    history.add(new HistoryEvent.Connected(nanos(), CLIENT, FIRST, "session 2"));
    listed();
    pass(5_000);
    expect();
  }

  // ---- replaced -----------------------------------------------------------------------------

  @Test
  void aProcessThatWasReplacedByNone() {
    started(FIRST);
    history.add(new HistoryEvent.ProcessEnded(nanos(), CLIENT, FIRST));
    started(SECOND);
    history.add(new HistoryEvent.Replaced(nanos(), CLIENT, SECOND));
    expect(Promise.REPLACED_BY_ANOTHER);
  }

  @Test
  void aProcessThatWasReplacedByAnother() {
    started(FIRST);
    started(SECOND);
    history.add(new HistoryEvent.Replaced(nanos(), CLIENT, FIRST));
    expect();
  }

  // ---- what goes with a violation -------------------------------------------------------------

  @Test
  void aViolationShowsItsTrail() {
    long send = send("a");
    receipts(send, "a", Receipt.QUEUED);
    Violation violation = check().get(0);
    assertThat(violation.what()).isEqualTo("send 1 of 'a' to c1 never ended");
    assertThat(violation.trail())
        .hasSize(2)
        .first()
        .asString()
        .contains("send 1 of 'a' to c1 by s1, NORMAL, deadline 5000 ms later");
    assertThat(violation.toString()).contains("ENDS_ONCE").contains("heard QUEUED");
  }

  @Test
  void theRecorderWritesDownWhatASenderHears() {
    History recorded = new History();
    Command command = command("a", Priority.NORMAL, "x");
    var listener = recorded.sending(CLIENT, command, true, outcome -> {});
    listener.receipt(Receipt.QUEUED);
    recorded.started(CLIENT, FIRST, "a", command.payload());
    recorded.answered(CLIENT, FIRST, "a", ANSWER);
    listener.outcome(COMPLETED);
    assertThat(recorded.events())
        .extracting(event -> event.getClass().getSimpleName())
        .containsExactly("Sent", "Receipted", "Started", "Finished", "Ended");
    assertThat(checker().check(recorded)).isEmpty();
  }

  // ---- helpers ------------------------------------------------------------------------------

  private void expect(Promise... promises) {
    assertThat(check()).extracting(Violation::promise).containsExactly(promises);
  }

  private List<Violation> check() {
    return checker().check(history);
  }

  private static HistoryChecker checker() {
    return new HistoryChecker(Duration.ofMillis(900));
  }

  /** Every event a millisecond after the one before. */
  private long nanos() {
    return Duration.ofMillis(++nowMillis).toNanos();
  }

  private void pass(long millis) {
    nowMillis += millis;
  }

  private void started(String process) {
    history.add(new HistoryEvent.ProcessStarted(nanos(), CLIENT, process));
  }

  private long send(String id) {
    return sendBy("s1", id, Priority.NORMAL, "x");
  }

  private long sendBy(String thread, String id, Priority priority, String payload) {
    long now = nanos();
    long deadline = now + Duration.ofSeconds(5).toNanos();
    history.add(
        new HistoryEvent.Sent(
            now, ++sends, CLIENT, command(id, priority, payload), thread, deadline, true));
    return sends;
  }

  private static Command command(String id, Priority priority, String payload) {
    return new Command(
        id,
        Any.pack(StringValue.of(payload)),
        Instant.now().plusSeconds(5),
        priority,
        "",
        Map.of());
  }

  private void receipts(long send, String id, Receipt... receipts) {
    for (Receipt receipt : receipts) {
      history.add(new HistoryEvent.Receipted(nanos(), send, CLIENT, id, receipt));
    }
  }

  private void runs(String process, String id) {
    history.add(
        new HistoryEvent.Started(nanos(), CLIENT, process, id, Any.pack(StringValue.of("x"))));
  }

  private void answers(String process, String id) {
    history.add(new HistoryEvent.Finished(nanos(), CLIENT, process, id, Ending.ANSWERED, ANSWER));
  }

  private void gaveUp(String process, String id, Ending ending) {
    history.add(
        new HistoryEvent.Finished(nanos(), CLIENT, process, id, ending, Any.getDefaultInstance()));
  }

  private void ends(long send, String id, Outcome<Any> outcome) {
    history.add(new HistoryEvent.Ended(nanos(), send, CLIENT, id, outcome));
  }

  private void runsAndEnds(long send, String id) {
    runs(FIRST, id);
    answers(FIRST, id);
    ends(send, id, COMPLETED);
  }

  private void listed(String... clients) {
    long asked = nanos();
    history.add(new HistoryEvent.Listed(asked, asked + 1, Set.of(clients)));
  }

  private static Outcome<Any> undelivered(Reason reason, Certainty certainty) {
    return new Outcome.Undelivered<>(reason, certainty, "so it is");
  }
}
