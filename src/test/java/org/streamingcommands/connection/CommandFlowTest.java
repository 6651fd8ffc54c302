package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/** The life of a client's commands, step by step, with the clock in the test's hand. */
class CommandFlowTest {
  private static final ClientKey CLIENT = ClientKey.of("bots", "b1");
  private static final StreamRef STREAM = new StreamRef("here", 1);
  private static final Outcome<Any> DONE = new Outcome.Completed<>(Any.pack(StringValue.of("ok")));

  private final Answers answers = new Answers();
  private final Counters counters = new Counters();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private CommandFlow flow = flow("");

  // ---- receipts and outcomes ----------------------------------------------------------------

  @Test
  void aCommandGoesThroughItsReceiptsToItsOneOutcome() {
    attach(10);
    ReplyTo sender = send("c1");
    flow.received("c1");
    flow.progressed("c1", Progress.of(50, "half"));
    result("c1", DONE);
    assertThat(answers.receiptsOf(sender))
        .containsExactly(Receipt.QUEUED, Receipt.SENT, Receipt.RECEIVED);
    assertThat(answers.progress.get(sender.ticket())).hasSize(1);
    assertThat(answers.outcomeOf(sender)).isEqualTo(DONE);
    assertThat(flow.inFlight()).isZero();
  }

  @Test
  void withoutAStreamNothingIsSent() {
    ReplyTo sender = send("c1");
    assertThat(answers.reasonOf(sender)).isEqualTo(Reason.NOT_CONNECTED);
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.NOT_SENT);
  }

  @Test
  void aCommandThatCannotBeEncodedEndsAsSuch() {
    attach(10).refusesToEncode = true;
    ReplyTo sender = send("c1");
    assertThat(answers.reasonOf(sender)).isEqualTo(Reason.WRITE_FAILED);
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.NOT_SENT);
    assertThat(flow.inFlight()).isZero();
  }

  @Test
  void aResultAfterALostOneIsTakenOnlyOnceThatOneCame() {
    RecordingDownlink stream = attach(10);
    ReplyTo one = send("c1");
    ReplyTo two = send("c2");
    assertThat(result("c2", DONE, 2)).isFalse();
    assertThat(answers.isOpen(two)).isTrue();
    assertThat(stream.confirmed).isZero();
    // Told again, both; the second of them twice.
    assertThat(result("c1", DONE, 1)).isTrue();
    assertThat(result("c2", DONE, 2)).isTrue();
    assertThat(result("c2", DONE, 2)).isTrue();
    assertThat(answers.outcomeOf(one)).isEqualTo(DONE);
    assertThat(answers.outcomeOf(two)).isEqualTo(DONE);
    assertThat(stream.confirmed).isEqualTo(2);
  }

  @Test
  void aCommandThatItsStreamWroteTooLateNeverWasSent() {
    attach(10);
    ReplyTo sender = send("c1");
    flow.notWritten("c1", "the deadline passed", true);
    assertThat(answers.reasonOf(sender)).isEqualTo(Reason.TIMED_OUT);
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.NOT_SENT);
    assertThat(flow.inFlight()).isZero();
  }

  // ---- certainty, where the stream dies -----------------------------------------------------

  @Test
  void aStreamThatDiesBeforeTheWriteLeavesNotSent() {
    attach(0);
    ReplyTo sender = send("c1");
    flow.detach(0);
    pass(Duration.ofSeconds(31));
    assertThat(answers.reasonOf(sender)).isEqualTo(Reason.CONNECTION_LOST);
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.NOT_SENT);
  }

  @Test
  void aStreamThatDiedUnnoticedIsGivenNothingAndTheNextOneGetsItInOrder() {
    RecordingDownlink gone = attach(10);
    gone.hasEnded = true;
    ReplyTo first = send("c1");
    ReplyTo second = send("c2");
    assertThat(answers.receiptsOf(first)).containsExactly(Receipt.QUEUED);
    flow.detach(0);
    RecordingDownlink next = attach(10);
    assertThat(next.delivered).containsExactly("c1", "c2");
    assertThat(next.redelivered).isEmpty();
    assertThat(answers.receiptsOf(second)).containsExactly(Receipt.QUEUED, Receipt.SENT);
  }

  @Test
  void whatAStreamThatDiedUnnoticedWasGivenIsNotSent() {
    attach(10).hasEnded = true;
    ReplyTo sender = send("c1");
    flow.detach(0);
    pass(Duration.ofMinutes(1));
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.NOT_SENT);
  }

  @Test
  void aStreamThatDiesAfterTheWriteLeavesSentUnconfirmed() {
    attach(10);
    ReplyTo sender = send("c1");
    flow.detach(0);
    pass(Duration.ofSeconds(31));
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.SENT_UNCONFIRMED);
  }

  @Test
  void aStreamThatDiesAfterTheReceiptLeavesReceivedNotFinished() {
    attach(10);
    ReplyTo sender = send("c1");
    flow.received("c1");
    flow.detach(0);
    pass(Duration.ofSeconds(31));
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.RECEIVED_NOT_FINISHED);
  }

  @Test
  void aStreamThatDiesBeforeTheResultArrivedBringsItAlongNextTime() {
    attach(10, "p1");
    ReplyTo sender = send("c1");
    flow.received("c1");
    flow.detach(0);
    resume(10, "p1", Set.of(), List.of(new Hello.Result("c1", DONE)));
    assertThat(answers.outcomeOf(sender)).isEqualTo(DONE);
  }

  @Test
  void aClientThatLeavesEndsWhatIsInFlightAtOnce() {
    attach(10);
    ReplyTo sender = send("c1");
    flow.leave("bye");
    assertThat(answers.reasonOf(sender)).isEqualTo(Reason.CONNECTION_LOST);
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.SENT_UNCONFIRMED);
  }

  // ---- resuming -----------------------------------------------------------------------------

  @Test
  void theSameProcessIsGivenAgainWhatItNeverHadAndKeepsWhatRuns() {
    attach(10, "p1");
    ReplyTo runs = send("runs");
    ReplyTo lost = send("lost");
    flow.detach(0);
    RecordingDownlink next = resume(10, "p1", Set.of("runs"), List.of());
    assertThat(next.redelivered).containsExactly("lost");
    assertThat(answers.receiptsOf(runs)).endsWith(Receipt.RECEIVED);
    result("runs", DONE);
    result("lost", DONE);
    assertThat(answers.outcomeOf(runs)).isEqualTo(DONE);
    assertThat(answers.outcomeOf(lost)).isEqualTo(DONE);
    assertThat(flow.inFlight()).isZero();
  }

  @Test
  void anotherProcessIsGivenNothingAgainButWhatWasNeverSent() {
    attach(1, "p1");
    ReplyTo sent = send("sent");
    ReplyTo queued = send("queued");
    flow.detach(0);
    RecordingDownlink next = resume(10, "p2", Set.of(), List.of());
    assertThat(answers.reasonOf(sent)).isEqualTo(Reason.CLIENT_RESTARTED);
    assertThat(answers.certaintyOf(sent)).isEqualTo(Certainty.SENT_UNCONFIRMED);
    assertThat(next.redelivered).isEmpty();
    assertThat(next.delivered).containsExactly("queued");
    result("queued", DONE);
    assertThat(answers.outcomeOf(queued)).isEqualTo(DONE);
  }

  @Test
  void aClientThatNamesNoProcessIsGivenNothingAgain() {
    attach(10, "");
    ReplyTo sent = send("sent");
    flow.detach(0);
    assertThat(resume(10, "", Set.of(), List.of()).redelivered).isEmpty();
    assertThat(answers.reasonOf(sent)).isEqualTo(Reason.CLIENT_RESTARTED);
  }

  @Test
  void redeliveriesGoFirstAndWaitForCreditsToo() {
    attach(2, "p1");
    send("a");
    send("b");
    send("queued");
    flow.detach(0);
    RecordingDownlink next = resume(1, "p1", Set.of(), List.of());
    assertThat(next.redelivered).containsExactly("a");
    assertThat(next.delivered).isEmpty();
    next.credits = 5;
    flow.credits(5);
    assertThat(next.redelivered).containsExactly("a", "b");
    assertThat(next.delivered).containsExactly("queued");
  }

  @Test
  void resultsAreConfirmedPerSession() {
    RecordingDownlink first = attach(10, "p1");
    send("a");
    result("a", DONE);
    assertThat(first.confirmed).isOne();
    flow.detach(0);
    RecordingDownlink second = resume(10, "p1", Set.of(), List.of());
    assertThat(second.confirmed).isZero();
    result("unknown", DONE);
    assertThat(second.confirmed).isOne();
  }

  @Test
  void resultsOfCommandsThatNobodySentCrowdOutNoOutcome() {
    flow = flow("dedup-size = 2");
    attach(10, "p1");
    send("real");
    result("real", DONE);
    flow.detach(0);
    List<Hello.Result> madeUp =
        List.of("x", "y", "z").stream().map(id -> new Hello.Result(id, DONE)).toList();
    RecordingDownlink next = resume(10, "p1", Set.of("v", "w"), madeUp);
    result("v", DONE);
    result("w", DONE);
    assertThat(answers.outcomeOf(send("real"))).isEqualTo(DONE);
    // Those are bounded too, and answer where an entity that is gone may have sent them.
    send("x");
    assertThat(answers.outcomeOf(send("w"))).isEqualTo(DONE);
    assertThat(next.delivered).containsExactly("x");
  }

  // ---- ids run once -------------------------------------------------------------------------

  @Test
  void theSameIdInFlightJoinsTheFirst() {
    RecordingDownlink stream = attach(10);
    ReplyTo first = send("c1");
    ReplyTo second = send("c1");
    result("c1", DONE);
    assertThat(stream.delivered).containsExactly("c1");
    assertThat(answers.outcomeOf(first)).isEqualTo(DONE);
    assertThat(answers.outcomeOf(second)).isEqualTo(DONE);
    assertThat(answers.receiptsOf(second)).containsExactly(Receipt.SENT);
  }

  @Test
  void whoJoinsWithLessTimeIsToldWhenItIsOverAndTheCommandGoesOn() {
    attach(10);
    ReplyTo patient = send("c1");
    ReplyTo impatient = send(command("c1", 1));
    pass(Duration.ofSeconds(2));
    assertThat(answers.reasonOf(impatient)).isEqualTo(Reason.TIMED_OUT);
    assertThat(answers.certaintyOf(impatient)).isEqualTo(Certainty.SENT_UNCONFIRMED);
    result("c1", DONE);
    assertThat(answers.outcomeOf(patient)).isEqualTo(DONE);
  }

  @Test
  void whoJoinsWhatIsQueuedWithLessTimeIsNotToldThatItIsNeverSent() {
    RecordingDownlink stream = attach(0);
    ReplyTo patient = send("c1");
    ReplyTo impatient = send(command("c1", 1));
    pass(Duration.ofSeconds(2));
    assertThat(answers.reasonOf(impatient)).isEqualTo(Reason.TIMED_OUT);
    assertThat(answers.certaintyOf(impatient)).isEqualTo(Certainty.SENT_UNCONFIRMED);
    grant(stream, 5);
    assertThat(stream.delivered).containsExactly("c1");
    result("c1", DONE);
    assertThat(answers.outcomeOf(patient)).isEqualTo(DONE);
  }

  @Test
  void theSameIdLaterAnswersTheSameOutcomeWithinTheWindowOnly() {
    RecordingDownlink stream = attach(10);
    send("c1");
    result("c1", DONE);
    pass(Duration.ofSeconds(119));
    assertThat(answers.outcomeOf(send("c1"))).isEqualTo(DONE);
    assertThat(stream.delivered).hasSize(1);
    pass(Duration.ofSeconds(2));
    send("c1");
    assertThat(stream.delivered).hasSize(2);
  }

  @Test
  void anotherPayloadUnderAnIdInUseIsAConflict() {
    attach(10);
    send("c1", "one");
    assertThat(answers.reasonOf(send("c1", "two"))).isEqualTo(Reason.CONFLICT);
    result("c1", DONE);
    assertThat(answers.reasonOf(send("c1", "two"))).isEqualTo(Reason.CONFLICT);
  }

  @Test
  void whatWasNeverSentMayBeSentAgainUnderItsId() {
    send("c1");
    RecordingDownlink stream = attach(10);
    send("c1");
    assertThat(stream.delivered).containsExactly("c1");
  }

  @Test
  void theWindowIsBoundedByCountToo() {
    flow = flow("dedup-size = 2");
    RecordingDownlink stream = attach(10);
    for (String id : List.of("a", "b", "c")) {
      send(id);
      result(id, DONE);
    }
    send("c");
    send("a");
    assertThat(stream.delivered).containsExactly("a", "b", "c", "a");
  }

  // ---- deadlines ----------------------------------------------------------------------------

  @Test
  void aDeadlineEndsWhatTheClientDidNotAnswer() {
    attach(10);
    ReplyTo sender = send("c1");
    pass(Duration.ofSeconds(61));
    assertThat(answers.reasonOf(sender)).isEqualTo(Reason.TIMED_OUT);
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.SENT_UNCONFIRMED);
  }

  @Test
  void whatExpiredInTheQueueIsNeverWritten() {
    RecordingDownlink stream = attach(0);
    ReplyTo sender = send("c1");
    now = now.plusSeconds(61);
    grant(stream, 5);
    assertThat(stream.delivered).isEmpty();
    assertThat(answers.reasonOf(sender)).isEqualTo(Reason.TIMED_OUT);
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.NOT_SENT);
  }

  @Test
  void whatExpiredWhileItWaitedToBeDeliveredAgainIsNotWritten() {
    attach(10, "p1");
    send("first");
    ReplyTo expires = send(command("expires", 5));
    ReplyTo lasts = send("lasts");
    flow.detach(0);
    RecordingDownlink next = resume(1, "p1", Set.of(), List.of());
    now = now.plusSeconds(6);
    grant(next, 5);
    assertThat(next.redelivered).containsExactly("first", "lasts");
    assertThat(answers.reasonOf(expires)).isEqualTo(Reason.TIMED_OUT);
    assertThat(answers.certaintyOf(expires)).isEqualTo(Certainty.SENT_UNCONFIRMED);
    assertThat(answers.isOpen(lasts)).isTrue();
    assertThat(flow.inFlight()).isEqualTo(2);
  }

  @Test
  void manyDeadlinesOfAClientThatReadsNothingCostFewLooks() {
    attach(0);
    int many = 800;
    Instant start = now;
    List<ReplyTo> senders = new ArrayList<>();
    for (int n = 0; n < many; n++) {
      senders.add(send(commandUntil("c" + n, start.plusMillis(5_000 + n))));
    }
    int looks = 0;
    int open = 0;
    while (flow.earliestMillis() != Long.MAX_VALUE) {
      now = Instant.ofEpochMilli(flow.earliestMillis());
      flow.expire();
      looks++;
      for (; open < many && !answers.isOpen(senders.get(open)); open++) {
        assertThat(now).isBetween(start.plusMillis(5_000 + open), start.plusMillis(5_050 + open));
      }
    }
    assertThat(open).isEqualTo(many);
    assertThat(looks).isLessThan(many / 2);
  }

  @Test
  void aLateResultIsCountedAndAnswersALaterQuestion() {
    attach(10);
    send("c1");
    pass(Duration.ofSeconds(61));
    result("c1", DONE);
    assertThat(counters.lateResults.sum()).isOne();
    assertThat(answers.outcomeOf(send("c1"))).isEqualTo(DONE);
  }

  // ---- cancel -------------------------------------------------------------------------------

  @Test
  void aCancelledCommandInTheQueueNeverLeaves() {
    RecordingDownlink stream = attach(0);
    ReplyTo sender = send("c1");
    assertThat(answers.verdictOf(cancel("c1"))).isEqualTo(CancelResult.Verdict.CANCELLED);
    assertThat(answers.outcomeOf(sender)).isInstanceOf(Outcome.Cancelled.class);
    grant(stream, 5);
    assertThat(stream.delivered).isEmpty();
  }

  @Test
  void aRunningCommandIsCancelledByItsClientOrNot() {
    RecordingDownlink stream = attach(10);
    send("stops");
    send("finishes");
    ReplyTo first = cancel("stops");
    ReplyTo second = cancel("finishes");
    assertThat(stream.cancelled).containsExactly("stops", "finishes");
    result("stops", new Outcome.Cancelled<>("stopped"));
    result("finishes", DONE);
    assertThat(answers.verdictOf(first)).isEqualTo(CancelResult.Verdict.CANCELLED);
    assertThat(answers.verdictOf(second)).isEqualTo(CancelResult.Verdict.TOO_LATE);
    assertThat(answers.verdictOf(cancel("nobody"))).isEqualTo(CancelResult.Verdict.UNKNOWN_COMMAND);
  }

  @Test
  void aCancelIsSaidAgainToAClientThatResumed() {
    attach(10, "p1");
    send("c1");
    flow.received("c1");
    cancel("c1");
    flow.detach(0);
    assertThat(resume(10, "p1", Set.of("c1"), List.of()).cancelled).containsExactly("c1");
  }

  @Test
  void whoAbandonsWhatAnotherJoinedLeavesItToThem() {
    attach(0);
    ReplyTo first = send("c1");
    ReplyTo second = send("c1");
    flow.abandon("c1", first);
    assertThat(answers.isOpen(second)).isTrue();
    flow.abandon("c1", second);
    assertThat(answers.outcomeOf(first)).isInstanceOf(Outcome.Cancelled.class);
    assertThat(answers.outcomeOf(second)).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void theLastWhoAbandonsARunningCommandCancelsItAndNobodyElse() {
    RecordingDownlink stream = attach(10);
    ReplyTo first = send("c1");
    ReplyTo second = send("c1");
    flow.abandon("c1", second);
    flow.abandon("c1", answers.ticket());
    assertThat(stream.cancelled).isEmpty();
    flow.abandon("c1", first);
    flow.abandon("c1", first);
    flow.abandon("nobody", first);
    assertThat(stream.cancelled).containsExactly("c1");
  }

  @Test
  void whoAbandonedACommandKeepsNobodyFromCancellingItWhereItMovesTo() {
    attach(0);
    ReplyTo first = send("c1");
    ReplyTo second = send("c1");
    flow.abandon("c1", first);
    List<PendingCommand> left = flow.handOver(FrameLimit.from(ConfigFactory.load()));
    flow = flow("");
    attach(0);
    flow.inherit(PendingCommand.of(left.get(0).toInherit(CLIENT)));
    flow.abandon("c1", second);
    assertThat(answers.outcomeOf(first)).isInstanceOf(Outcome.Cancelled.class);
    assertThat(answers.outcomeOf(second)).isInstanceOf(Outcome.Cancelled.class);
  }

  // ---- answers by the stream's node ---------------------------------------------------------

  @Test
  void aSenderThatTheStreamsNodeToldIsNotToldAgain() {
    RecordingDownlink stream = attach(10);
    ReplyTo told = sendFromElsewhere("c1");
    ReplyTo joined = send("c1");
    assertThat(stream.answeredByStream).containsExactly(told);
    flow.result(new ClientConnection.Resulted(STREAM, "c1", DONE, 1, true));
    assertThat(answers.isOpen(told)).isTrue();
    assertThat(answers.outcomeOf(joined)).isEqualTo(DONE);
    assertThat(answers.outcomeOf(sendFromElsewhere("c1"))).isEqualTo(DONE);
  }

  @Test
  void whoWaitsHereOrForStepsOrWithOthersIsToldFromHere() {
    RecordingDownlink stream = attach(0);
    ReplyTo here = new ReplyTo("here", 101, false);
    ReplyTo steps = new ReplyTo("there", 102, true);
    send(command("a", 60), here);
    send(command("b", 60), steps);
    ReplyTo one = sendFromElsewhere("c");
    ReplyTo other = sendFromElsewhere("c");
    grant(stream, 5);
    assertThat(stream.answeredByStream).containsExactly(null, null, null);
    List.of("a", "b", "c").forEach(id -> result(id, DONE));
    for (ReplyTo sender : List.of(here, steps, one, other)) {
      assertThat(answers.outcomeOf(sender)).isEqualTo(DONE);
    }
  }

  // ---- the order of another node's sends ----------------------------------------------------

  @Test
  void whatCameTooEarlyIsWrittenAfterWhatItsNodeHadSentBefore() {
    RecordingDownlink stream = attach(10);
    sendAfter("c1", 101, SendOrder.FIRST);
    sendAfter("c3", 103, 102);
    sendAfter("c4", 104, 103);
    assertThat(stream.delivered).containsExactly("c1");
    assertThat(flow.queued()).isEqualTo(2);
    sendAfter("c2", 102, 101);
    assertThat(stream.delivered).containsExactly("c1", "c2", "c3", "c4");
    assertThat(flow.queued()).isZero();
  }

  @Test
  void whatDoesNotComeIsNotWaitedForForEver() {
    RecordingDownlink stream = attach(10);
    sendAfter("c3", 103, 102);
    sendAfter("c2", 102, 101);
    pass(Duration.ofMillis(2_999));
    assertThat(stream.delivered).isEmpty();
    pass(Duration.ofMillis(1));
    assertThat(stream.delivered).containsExactly("c2", "c3");
  }

  @Test
  void noMoreWaitForTheirTurnThanTheQueueTakes() {
    flow = flow("queue-size = 2");
    RecordingDownlink stream = attach(10);
    sendAfter("c2", 102, 101);
    sendAfter("c3", 103, 102);
    assertThat(stream.delivered).isEmpty();
    sendAfter("c4", 104, 103);
    assertThat(stream.delivered).containsExactly("c2", "c3", "c4");
  }

  @Test
  void whatWaitsForItsTurnIsBoundedInBytes() {
    flow = flow("queue-bytes = 100");
    RecordingDownlink stream = attach(10);
    sendAfter("c2", 102, 101);
    assertThat(stream.delivered).isEmpty();
    sendAfter("c3", 103, 102);
    assertThat(stream.delivered).containsExactly("c2", "c3");
  }

  @Test
  void whatCameTooEarlyEndsAtItsDeadline() {
    attach(10);
    ReplyTo sender = new ReplyTo("there", 102, true);
    flow.send(new ClientConnection.Send(CLIENT, command("c2", 1), sender, 101, false));
    pass(Duration.ofSeconds(1));
    assertThat(answers.reasonOf(sender)).isEqualTo(Reason.TIMED_OUT);
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.NOT_SENT);
  }

  @Test
  void whatCameTooEarlyCanBeCancelled() {
    RecordingDownlink stream = attach(10);
    ReplyTo sender = sendAfter("c2", 102, 101);
    ReplyTo other = sendAfter("c3", 103, 102);
    ReplyTo canceller = cancel("c2");
    assertThat(answers.outcomeOf(sender)).isInstanceOf(Outcome.Cancelled.class);
    assertThat(answers.verdictOf(canceller)).isEqualTo(CancelResult.Verdict.CANCELLED);
    flow.abandon("c3", other);
    assertThat(answers.outcomeOf(other)).isInstanceOf(Outcome.Cancelled.class);
    sendAfter("c1", 101, SendOrder.FIRST);
    pass(Duration.ofSeconds(4));
    assertThat(stream.delivered).containsExactly("c1");
  }

  @Test
  void whatCameTooEarlyEndsWithTheEntity() {
    attach(10);
    ReplyTo sender = sendAfter("c2", 102, 101);
    assertThat(flow.isIdle()).isFalse();
    flow.stop();
    assertThat(answers.reasonOf(sender)).isEqualTo(Reason.SHUTTING_DOWN);
    assertThat(answers.certaintyOf(sender)).isEqualTo(Certainty.NOT_SENT);
  }

  @Test
  void anEntityThatTakesOverKnowsWhatTheOneBeforeItTook() {
    RecordingDownlink stream = attach(10);
    sendAfter("c2", 102, 101);
    assertThat(stream.delivered).isEmpty();
    flow.inheritEnded(List.of(), List.of(new SendSequence.Latest("there", 101)));
    assertThat(stream.delivered).containsExactly("c2");
    assertThat(flow.latestSends()).containsExactly(new SendSequence.Latest("there", 102));
  }

  /** The stream's node may have told the first, and can say only that it told. */
  @Test
  void anotherIsNeverNamedForACommandThatIsDeliveredAgain() {
    attach(10, "p1");
    Instant soon = now.plusSeconds(1);
    ReplyTo patient = answers.remoteTicket();
    ReplyTo hurried = answers.remoteTicket();
    send(command("c1", 60), hurried);
    send(commandUntil("c1", soon), patient);
    flow.detach(0);
    assertThat(resume(10, "p1", Set.of(), List.of()).answeredByStream)
        .containsExactly((ReplyTo) null);
    result("c1", DONE);
    assertThat(answers.outcomeOf(patient)).isEqualTo(DONE);
    assertThat(answers.outcomeOf(hurried)).isEqualTo(DONE);
  }

  @Test
  void whatASenderWasToldByAnOlderStreamIsWhatAllAreTold() {
    attach(10, "p1");
    ReplyTo told = sendFromElsewhere("c1");
    ReplyTo joined = send("c1");
    resume(0, "p1", Set.of(), List.of());
    flow.answered("c1", DONE);
    assertThat(answers.isOpen(told)).isTrue();
    assertThat(answers.outcomeOf(joined)).isEqualTo(DONE);
    assertThat(answers.outcomeOf(send("c1"))).isEqualTo(DONE);
  }

  // ---- flow control -------------------------------------------------------------------------

  @Test
  void nothingIsWrittenWithoutCredits() {
    RecordingDownlink stream = attach(2);
    for (String id : List.of("a", "b", "c", "d")) {
      send(id);
    }
    assertThat(stream.delivered).containsExactly("a", "b");
    assertThat(flow.queued()).isEqualTo(2);
    grant(stream, 1);
    assertThat(stream.delivered).containsExactly("a", "b", "c");
  }

  @Test
  void aFullQueueMakesSendersWaitAndThenTurnsThemAway() {
    flow = flow("queue-size = 1, queue-timeout = 5 s");
    RecordingDownlink stream = attach(0);
    ReplyTo queued = send("queued");
    ReplyTo waits = send("waits");
    ReplyTo tooMany = send("too-many");
    assertThat(answers.receiptsOf(queued)).containsExactly(Receipt.QUEUED);
    assertThat(answers.receiptsOf(waits)).isEmpty();
    assertThat(answers.reasonOf(tooMany)).isEqualTo(Reason.QUEUE_FULL);
    pass(Duration.ofSeconds(6));
    assertThat(answers.reasonOf(waits)).isEqualTo(Reason.QUEUE_FULL);
    assertThat(answers.certaintyOf(waits)).isEqualTo(Certainty.NOT_SENT);
    assertThat(answers.isOpen(queued)).isTrue();
    grant(stream, 5);
    assertThat(stream.delivered).containsExactly("queued");
  }

  @Test
  void whoWaitsForRoomGetsInWhenThereIsSome() {
    flow = flow("queue-size = 1, queue-timeout = 5 s");
    RecordingDownlink stream = attach(0);
    send("queued");
    ReplyTo waits = send("waits");
    grant(stream, 1);
    assertThat(answers.receiptsOf(waits)).containsExactly(Receipt.QUEUED);
    pass(Duration.ofSeconds(6));
    assertThat(answers.isOpen(waits)).isTrue();
  }

  @Test
  void highPriorityLeavesFirstAndOrderWithinOneIsKept() {
    RecordingDownlink stream = attach(0);
    send(command("n1", "x", Priority.NORMAL, ""));
    send(command("h1", "x", Priority.HIGH, ""));
    send(command("n2", "x", Priority.NORMAL, ""));
    send(command("h2", "x", Priority.HIGH, ""));
    grant(stream, 9);
    assertThat(stream.delivered).containsExactly("h1", "h2", "n1", "n2");
  }

  @Test
  void aTenthOfTheQueueIsKeptForHighPriority() {
    flow = flow("queue-size = 10, queue-timeout = 0 s");
    attach(0);
    List<ReplyTo> normal = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      normal.add(send("n" + i));
    }
    assertThat(answers.isOpen(normal.get(8))).isTrue();
    assertThat(answers.reasonOf(normal.get(9))).isEqualTo(Reason.QUEUE_FULL);
    assertThat(answers.isOpen(send(command("h", "x", Priority.HIGH, "")))).isTrue();
  }

  @Test
  void highPriorityThatWaitsForRoomIsNotOvertakenByItsLike() {
    flow = flow("queue-size = 10, queue-bytes = 1000 B, queue-timeout = 5 s");
    RecordingDownlink stream = attach(0);
    send(command("large", "x".repeat(700), Priority.HIGH, ""));
    send(command("first", "x".repeat(400), Priority.HIGH, ""));
    send(command("second", "small", Priority.HIGH, ""));
    grant(stream, 10);
    assertThat(stream.delivered).containsExactly("large", "first", "second");
  }

  @Test
  void highPriorityDoesNotWaitForRoomBehindNormal() {
    flow = flow("queue-size = 10, queue-timeout = 5 s");
    RecordingDownlink stream = attach(0);
    for (int i = 0; i < 9; i++) {
      send("n" + i);
    }
    send("waits");
    ReplyTo taken = send(command("h0", "payload", Priority.HIGH, ""));
    ReplyTo high = send(command("h1", "payload", Priority.HIGH, ""));
    assertThat(answers.receiptsOf(taken)).containsExactly(Receipt.QUEUED);
    assertThat(answers.receiptsOf(high)).isEmpty();
    grant(stream, 2);
    assertThat(stream.delivered).containsExactly("h0", "h1");
  }

  @Test
  void whoWaitsForRoomGetsInThoughTheWholeQueueExpired() {
    flow = flow("queue-size = 1, queue-timeout = 60 s");
    RecordingDownlink stream = attach(0);
    send(command("short", 1));
    ReplyTo waits = send("waits");
    pass(Duration.ofSeconds(2));
    assertThat(answers.receiptsOf(waits)).containsExactly(Receipt.QUEUED);
    grant(stream, 5);
    assertThat(stream.delivered).containsExactly("waits");
    send("later");
    assertThat(stream.delivered).containsExactly("waits", "later");
  }

  @Test
  void whoWaitsForRoomGetsInWhenAQueuedCommandIsCancelled() {
    flow = flow("queue-size = 1, queue-timeout = 5 s");
    attach(0);
    send("queued");
    ReplyTo waits = send("waits");
    cancel("queued");
    assertThat(answers.receiptsOf(waits)).containsExactly(Receipt.QUEUED);
  }

  @Test
  void ofOneCoalescingKeyOnlyTheNewestStaysInTheQueue() {
    RecordingDownlink stream = attach(0);
    ReplyTo older = send(command("v1", "x", Priority.NORMAL, "config"));
    ReplyTo other = send(command("other", "x", Priority.NORMAL, ""));
    ReplyTo newer = send(command("v2", "y", Priority.NORMAL, "config"));
    assertThat(answers.reasonOf(older)).isEqualTo(Reason.SUPERSEDED);
    assertThat(answers.isOpen(other)).isTrue();
    assertThat(answers.isOpen(newer)).isTrue();
    grant(stream, 9);
    assertThat(stream.delivered).containsExactly("other", "v2");
  }

  @Test
  void theNewestOfAKeyTakesTheRoomOfTheOlderOneInAFullQueue() {
    flow = flow("queue-size = 2, queue-timeout = 0 s");
    RecordingDownlink stream = attach(0);
    ReplyTo older = send(command("v1", "x", Priority.NORMAL, "config"));
    send(command("other", "x", Priority.NORMAL, ""));
    send(command("v2", "y", Priority.NORMAL, "config"));
    assertThat(answers.reasonOf(older)).isEqualTo(Reason.SUPERSEDED);
    grant(stream, 9);
    assertThat(stream.delivered).containsExactly("other", "v2");
  }

  @Test
  void whatIsTurnedAwaySupersedesNothing() {
    flow = flow("queue-size = 2, queue-bytes = 1000 B, queue-timeout = 0 s");
    RecordingDownlink stream = attach(0);
    ReplyTo older = send(command("v1", "x", Priority.NORMAL, "config"));
    send(command("other", "x".repeat(400), Priority.NORMAL, ""));
    ReplyTo newer = send(command("v2", "y".repeat(600), Priority.NORMAL, "config"));
    assertThat(answers.reasonOf(newer)).isEqualTo(Reason.QUEUE_FULL);
    assertThat(answers.isOpen(older)).isTrue();
    grant(stream, 9);
    assertThat(stream.delivered).containsExactly("v1", "other");
  }

  @Test
  void whatWaitsForRoomBehindOthersSupersedesNothingBeforeItGetsIn() {
    flow = flow("queue-size = 2, queue-timeout = 5 s");
    RecordingDownlink stream = attach(0);
    ReplyTo older = send(command("v1", "x", Priority.NORMAL, "config"));
    send("a");
    ReplyTo waits = send("waits");
    ReplyTo newer = send(command("v2", "y", Priority.NORMAL, "config"));
    ReplyTo tooMany = send(command("v3", "z", Priority.NORMAL, "config"));
    assertThat(answers.reasonOf(tooMany)).isEqualTo(Reason.QUEUE_FULL);
    assertThat(answers.isOpen(older)).isTrue();
    pass(Duration.ofSeconds(6));
    assertThat(answers.reasonOf(waits)).isEqualTo(Reason.QUEUE_FULL);
    assertThat(answers.reasonOf(newer)).isEqualTo(Reason.QUEUE_FULL);
    grant(stream, 9);
    assertThat(stream.delivered).containsExactly("v1", "a");
  }

  @Test
  void whatWaitedForRoomSupersedesWhenItGetsIn() {
    flow = flow("queue-size = 2, queue-timeout = 5 s");
    RecordingDownlink stream = attach(0);
    send("a");
    ReplyTo older = send(command("v1", "x", Priority.NORMAL, "config"));
    send("waits");
    ReplyTo newer = send(command("v2", "y", Priority.NORMAL, "config"));
    cancel("a");
    assertThat(answers.reasonOf(older)).isEqualTo(Reason.SUPERSEDED);
    assertThat(answers.receiptsOf(newer)).containsExactly(Receipt.QUEUED);
    grant(stream, 9);
    assertThat(stream.delivered).containsExactly("waits", "v2");
  }

  @Test
  void whatIsInFlightIsBoundedByBytesToo() {
    flow = flow("max-in-flight-bytes = 1000 B");
    RecordingDownlink stream = attach(100, "p1");
    send("a", "x".repeat(600));
    send("b", "x".repeat(600));
    send("c");
    assertThat(stream.delivered).containsExactly("a", "b");
    flow.detach(0);
    RecordingDownlink next = resume(100, "p1", Set.of("a", "b"), List.of());
    assertThat(next.delivered).isEmpty();
    result("a", DONE);
    assertThat(next.delivered).containsExactly("c");
  }

  @Test
  void aClientThatReadsAndNeverAnswersIsWrittenToUpToTheLimit() {
    flow = flow("max-in-flight = 2");
    RecordingDownlink stream = attach(100);
    send("a");
    send("b");
    send("c");
    assertThat(stream.delivered).containsExactly("a", "b");
    result("a", DONE);
    assertThat(stream.delivered).containsExactly("a", "b", "c");
  }

  @Test
  void aQueueIsBoundedByBytesToo() {
    flow = flow("queue-bytes = 1000 B, queue-timeout = 0 s");
    attach(0);
    ReplyTo first = send("a", "x".repeat(600));
    ReplyTo second = send("b", "x".repeat(600));
    assertThat(answers.isOpen(first)).isTrue();
    assertThat(answers.reasonOf(second)).isEqualTo(Reason.QUEUE_FULL);
  }

  @Test
  void aCommandOverTheLimitIsRefused() {
    flow = flow("max-command-size = 100 B");
    attach(10);
    assertThat(answers.reasonOf(send("c1", "x".repeat(200)))).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void aFlowThatStopsEndsEverythingWithWhatIsKnown() {
    attach(1);
    ReplyTo sent = send("sent");
    ReplyTo queued = send("queued");
    flow.stop();
    assertThat(answers.certaintyOf(sent)).isEqualTo(Certainty.SENT_UNCONFIRMED);
    assertThat(answers.certaintyOf(queued)).isEqualTo(Certainty.NOT_SENT);
    assertThat(answers.reasonOf(queued)).isEqualTo(Reason.SHUTTING_DOWN);
  }

  // ---- helpers ------------------------------------------------------------------------------

  private CommandFlow flow(String overrides) {
    Config config =
        ConfigFactory.parseString(overrides)
            .withFallback(ConfigFactory.load().getConfig("streaming-commands.connection"));
    return new CommandFlow(ServiceSettings.from(config), answers, counters, () -> now);
  }

  private RecordingDownlink attach(int credits) {
    return attach(credits, "p1");
  }

  private RecordingDownlink attach(int credits, String instanceId) {
    return resume(credits, instanceId, Set.of(), List.of());
  }

  /** A stream with so many credits says hello; with none, it has yet to say that it takes any. */
  private RecordingDownlink resume(
      int credits, String instanceId, Set<String> running, List<Hello.Result> results) {
    RecordingDownlink stream = new RecordingDownlink(credits);
    Hello hello = new Hello(CLIENT, instanceId, Map.of(), "", 0, running, results);
    ClientConnection.Attach attach = new ClientConnection.Attach(STREAM, hello, Set.of(), false, 0);
    flow.attach(stream, attach);
    flow.resume(attach);
    flow.credits(stream.credits);
    return stream;
  }

  private void grant(RecordingDownlink stream, int credits) {
    stream.credits = credits;
    flow.credits(credits);
  }

  private boolean result(String id, Outcome<Any> outcome) {
    return result(id, outcome, 0);
  }

  private boolean result(String id, Outcome<Any> outcome, long sequence) {
    return flow.result(new ClientConnection.Resulted(STREAM, id, outcome, sequence));
  }

  private ReplyTo send(String id) {
    return send(id, "payload");
  }

  private ReplyTo send(String id, String payload) {
    return send(command(id, payload, Priority.NORMAL, ""));
  }

  private ReplyTo send(Command command) {
    ReplyTo sender = answers.ticket();
    send(command, sender);
    return sender;
  }

  private ReplyTo sendFromElsewhere(String id) {
    ReplyTo sender = answers.remoteTicket();
    send(command(id, "payload", Priority.NORMAL, ""), sender);
    return sender;
  }

  private void send(Command command, ReplyTo sender) {
    flow.send(new ClientConnection.Send(CLIENT, command, sender, SendOrder.STRAIGHT, false));
  }

  /** Of another node, by its ticket and that of the one before it. */
  private ReplyTo sendAfter(String id, long ticket, long before) {
    ReplyTo sender = new ReplyTo("there", ticket, true);
    flow.send(new ClientConnection.Send(CLIENT, command(id, 60), sender, before, false));
    return sender;
  }

  private ReplyTo cancel(String id) {
    ReplyTo canceller = answers.ticket();
    flow.cancel(id, canceller);
    return canceller;
  }

  private Command command(String id, String payload, Priority priority, String key) {
    return new Command(
        id, Any.pack(StringValue.of(payload)), now.plusSeconds(60), priority, key, Map.of());
  }

  private Command command(String id, int seconds) {
    return commandUntil(id, now.plusSeconds(seconds));
  }

  private static Command commandUntil(String id, Instant deadline) {
    return new Command(
        id, Any.pack(StringValue.of("payload")), deadline, Priority.NORMAL, "", Map.of());
  }

  private void pass(Duration time) {
    now = now.plus(time);
    flow.expire();
  }
}
