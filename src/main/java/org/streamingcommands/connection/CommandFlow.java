package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/**
 * The life of one client's commands, from the send to the one outcome: ids run once, and each ends
 * before its deadline. What has not ended is in {@link PendingCommands}, what ended in {@link
 * RecentOutcomes}; {@link CurrentStream} writes to the client. Plain state of one {@link
 * ClientConnection}; never touched from outside its actor.
 */
final class CommandFlow {
  private static final Outcome<Any> CANCELLED =
      new Outcome.Cancelled<>("cancelled before it was sent");

  private static final String STOPPING = "the client's node is stopping";

  private final ServiceSettings settings;
  private final Replies replies;
  private final Counters counters;
  private final InstantSource clock;
  private final RecentOutcomes recent;
  private final PendingCommands pending;
  private final CurrentStream stream;

  /** Not before a former entity left something: most have none. */
  private @Nullable Inheritance inheritance;

  /** Not before a send came that others can overtake. */
  private @Nullable SendSequence sequence;

  CommandFlow(ServiceSettings settings, Replies replies, Counters counters, InstantSource clock) {
    this.settings = settings;
    this.replies = replies;
    this.counters = counters;
    this.clock = clock;
    this.recent =
        new RecentOutcomes(
            settings.dedupWindow().toMillis(), settings.dedupSize(), settings.dedupBytes());
    this.pending = new PendingCommands(settings, replies, counters, clock, recent);
    this.stream = new CurrentStream(settings, replies, counters, clock, recent, pending);
  }

  int queued() {
    return pending.queued() + (sequence == null ? 0 : sequence.early());
  }

  int inFlight() {
    return pending.inFlight();
  }

  /** Whether nothing would be lost if the entity stopped now. */
  boolean isIdle() {
    return pending.isEmpty() && queued() == 0 && recent.isEmpty(clock.millis());
  }

  /**
   * What is known of the commands.
   *
   * @param commandId of this one only, and whole; empty for all
   */
  ClientView view(@Nullable ConnectedClient connection, String commandId) {
    return new ClientView(
        Optional.ofNullable(connection),
        pending.view(commandId),
        recent.view(commandId, clock.millis()));
  }

  /** Lets go of what nobody may ask for any more: a client that is quiet would keep it for ever. */
  void forget() {
    recent.forget(clock.millis());
  }

  /** Whether {@link #forget} will have something to do. */
  boolean remembers() {
    return recent.remembers();
  }

  /** When {@link #expire} has something to do; {@link Long#MAX_VALUE} for never. */
  long earliestMillis() {
    return pending.earliestMillis();
  }

  // ---- senders ------------------------------------------------------------------------------

  /** One that came before one that its node had sent earlier waits for that, for a while. */
  void send(ClientConnection.Send send) {
    if (send.after() == SendOrder.STRAIGHT) {
      send(send.command(), send.replyTo());
      return;
    }
    SendSequence inOrder = sequence();
    if (inOrder.take(send)) {
      send(send.command(), send.replyTo());
    } else {
      counters.early.increment();
    }
    takeEarly();
    pending.dueAt(inOrder.dueMillis());
  }

  /** Those whose turn it is now. */
  private void takeEarly() {
    if (sequence != null) {
      for (ClientConnection.Send due : sequence.due()) {
        send(due.command(), due.replyTo());
      }
    }
  }

  private SendSequence sequence() {
    if (sequence == null) {
      sequence = new SendSequence(clock, settings.queueSize(), settings.queueBytes());
    }
    return sequence;
  }

  private void send(Command command, ReplyTo replyTo) {
    PendingCommand known = pending.find(command.id());
    if (known != null) {
      if (known.command.payload().equals(command.payload())) {
        known.join(replyTo, command.deadline().toEpochMilli(), replies);
        pending.dueAt(known.earliestMillis());
      } else {
        replies.outcome(replyTo, NotDelivered.conflict(command));
      }
      return;
    }
    long now = clock.millis();
    RecentOutcomes.Ended ended = recent.find(command.id(), now);
    if (ended != null) {
      boolean same = ended.isOf(command.payload());
      replies.outcome(replyTo, same ? ended.outcome() : NotDelivered.conflict(command));
      return;
    }
    if (stream.adopt(command, replyTo)) {
      return;
    }
    Outcome<Any> refusal = refusal(command, now);
    if (refusal != null) {
      replies.outcome(replyTo, refusal);
      return;
    }
    accept(new PendingCommand(command, replyTo), now);
  }

  private @Nullable Outcome<Any> refusal(Command command, long now) {
    if (!stream.isThere() && now >= stream.holdUntilMillis()) {
      return NotDelivered.notConnected();
    }
    if (command.deadline().toEpochMilli() <= now) {
      return NotDelivered.sentTooLate();
    }
    int size = command.payload().getSerializedSize();
    if (size > settings.maxCommandBytes()) {
      return NotDelivered.tooLarge(size, settings.maxCommandBytes());
    }
    if (size > stream.largestCommand()) {
      return NotDelivered.tooLargeToTravel(size, stream.largestCommand());
    }
    return null;
  }

  private void accept(PendingCommand command, long now) {
    pending.add(command);
    pending.dueAt(command.deadlineMillis);
    if (!stream.isThere()) {
      command.holdUntilMillis = stream.holdUntilMillis();
      pending.dueAt(command.holdUntilMillis);
    }
    if (stream.takesMore()) {
      pending.reach(command, Receipt.QUEUED);
      if (stream.write(command, false)) {
        return;
      }
    }
    long queueTimeout = settings.queueTimeout().toMillis();
    command.roomUntilMillis = queueTimeout == 0 ? 0 : now + queueTimeout;
    switch (pending.offer(command)) {
      case QUEUED -> {
        pending.reach(command, Receipt.QUEUED);
        // Whoever the queue let in past those who wait may find the stream ready.
        stream.drain();
      }
      case WAITING_FOR_ROOM -> pending.dueAt(command.roomUntilMillis);
      case FULL -> pending.end(command, NotDelivered.noRoom(settings));
    }
  }

  void cancel(String commandId, ReplyTo replyTo) {
    PendingCommand command = pending.find(commandId);
    if (command == null) {
      Outcome<Any> withdrawn = withdraw(send -> send.command().id().equals(commandId));
      RecentOutcomes.Ended ended = recent.find(commandId, clock.millis());
      Outcome<Any> outcome = ended == null ? withdrawn : ended.outcome();
      replies.cancelResult(
          replyTo, outcome == null ? CancelResult.unknownCommand() : CancelResult.of(outcome));
      return;
    }
    command.joinCancel(replyTo);
    cancel(command);
  }

  /**
   * Somebody does not want it any more. Those who joined it go on; where there are none, it is
   * cancelled.
   */
  void abandon(String commandId, ReplyTo replyTo) {
    PendingCommand command = pending.find(commandId);
    if (command == null) {
      withdraw(send -> send.replyTo().equals(replyTo));
    } else if (command.abandon(replyTo)) {
      cancel(command);
    }
    counters.abandoned.increment();
  }

  /**
   * Of the sends that wait for their turn.
   *
   * @return how they ended; null where there was none
   */
  private @Nullable Outcome<Any> withdraw(Predicate<ClientConnection.Send> unwanted) {
    List<ClientConnection.Send> withdrawn =
        sequence == null ? List.of() : sequence.withdraw(unwanted);
    withdrawn.forEach(send -> replies.outcome(send.replyTo(), CANCELLED));
    return withdrawn.isEmpty() ? null : CANCELLED;
  }

  private void cancel(PendingCommand command) {
    if (!command.isSent()) {
      pending.end(command, CANCELLED);
      // Its room is another's now.
      stream.drain();
    } else if (!command.cancelRequested) {
      command.cancelRequested = true;
      stream.requestCancel(command);
    }
  }

  // ---- other entities -----------------------------------------------------------------------

  /** Takes over what another entity had not ended. */
  void inherit(PendingCommand command) {
    inheritance().take(command);
  }

  /** How commands ended where another entity was; some may have been asked for again since. */
  void inheritEnded(List<RecentOutcomes.Known> commands, List<SendSequence.Latest> latest) {
    inheritance().takeEnded(commands);
    if (!latest.isEmpty()) {
      sequence().inherit(latest);
      takeEarly();
    }
  }

  private Inheritance inheritance() {
    if (inheritance == null) {
      inheritance = new Inheritance(settings, replies, clock, recent, pending, stream);
    }
    return inheritance;
  }

  /** Writes nothing before so many messages of a former entity came, or some time passed. */
  void awaitLegacy(int messages) {
    stream.awaitLegacy(messages);
  }

  /** Where it stands with the sends of each node. */
  List<SendSequence.Latest> latestSends() {
    return sequence == null ? List.of() : sequence.latest();
  }

  /** Gives up what waits for its turn, in order, for another entity to take. */
  List<ClientConnection.Send> giveUpEarly() {
    return sequence == null ? List.of() : sequence.giveUp();
  }

  /** How commands ended that may be asked for again, those known for sure in order and last. */
  List<RecentOutcomes.Known> recent() {
    return recent.all(clock.millis());
  }

  /**
   * Gives up what has not ended, in order, for another entity to take over.
   *
   * @param limit what is larger stays, and ends here
   */
  List<PendingCommand> handOver(FrameLimit limit) {
    return pending.handOver(limit);
  }

  // ---- the stream ---------------------------------------------------------------------------

  /** Until then a stream may be on its way here, and commands wait for it. */
  void holdUntil(long millis) {
    stream.holdUntil(millis);
  }

  /**
   * A stream is the client's connection now. Nothing is written before {@link #resume}.
   *
   * @param attach what the client brought along
   */
  void attach(Downlink downlink, ClientConnection.Attach attach) {
    stream.attach(downlink, attach);
  }

  /**
   * Continues after the welcome: completes what the client finished meanwhile, leaves running what
   * runs, delivers again what this process of the client never had, and then the queue.
   */
  void resume(ClientConnection.Attach attach) {
    resume(attach, Set.of());
  }

  /**
   * @param underway of a stream that was this entity's before: what may not have reached it
   */
  void resume(ClientConnection.Attach attach, Set<String> underway) {
    stream.resume(attach, underway);
  }

  /**
   * The connection is gone. What is in flight waits for the client to resume, until its deadline or
   * the resume-window, whichever is the earlier.
   *
   * @param awaitedMillis how long the client is expected to be on its way to another node: what is
   *     sent meanwhile waits for it
   */
  void detach(long awaitedMillis) {
    stream.detach(awaitedMillis);
  }

  /** The client said that it leaves: nothing is worth waiting for. */
  void leave(String message) {
    stream.leave();
    pending.endAll(Reason.CONNECTION_LOST, message);
  }

  void credits(int granted) {
    stream.credits(granted);
  }

  /** The stream's node could not encode it. */
  void notWritten(String commandId, String message, boolean expired) {
    PendingCommand command = pending.find(commandId);
    if (command != null && command.isSent() && !command.isReceived()) {
      Certainty certainty = command.redelivered ? Certainty.SENT_UNCONFIRMED : Certainty.NOT_SENT;
      pending.end(
          command,
          expired
              ? new Outcome.Undelivered<>(Reason.TIMED_OUT, certainty, message)
              : NotDelivered.notEncoded(certainty, message));
      stream.drain();
    }
  }

  /**
   * Written to the stream once more, because they were lost on their way; and so may cancels be.
   */
  void resent(List<String> commandIds) {
    for (String id : commandIds) {
      PendingCommand command = pending.find(id);
      if (command != null) {
        stream.requestCancel(command);
      }
    }
  }

  void received(String commandId) {
    stream.received(commandId);
  }

  void progressed(String commandId, Progress progress) {
    PendingCommand command = pending.find(commandId);
    if (command == null || !command.isSent()) {
      counters.unknownResults.increment();
    } else {
      pending.reach(command, Receipt.RECEIVED);
      command.progress(progress, replies);
    }
  }

  /** How many results of the stream were taken over since it was attached. */
  long resultsTaken() {
    return stream.resultsTaken();
  }

  /**
   * @return false where one before it was lost, and it is to be told again after that one
   */
  boolean result(ClientConnection.Resulted resulted) {
    long sequence = resulted.sequence();
    if (sequence > stream.resultsTaken() + 1) {
      return false;
    }
    if (sequence > 0 && sequence <= stream.resultsTaken()) {
      // Told again, and it had come.
      return true;
    }
    if (resulted.outcome() instanceof Outcome.Completed<Any> completed) {
      counters.bytesReceived.add(completed.result().getValue().size());
    }
    if (sequence != ClientConnection.Resulted.UNCOUNTED) {
      stream.confirmResult();
    }
    if (resulted.answered()) {
      answered(resulted.commandId());
    }
    stream.take(resulted.commandId(), resulted.outcome());
    stream.drain();
    return true;
  }

  /** A stream that counts no more told a sender this. */
  void answered(String commandId, Outcome<Any> outcome) {
    answered(commandId);
    stream.take(commandId, outcome);
    stream.drain();
  }

  private void answered(String commandId) {
    PendingCommand command = pending.find(commandId);
    if (command != null) {
      command.answered();
    }
  }

  // ---- time ---------------------------------------------------------------------------------

  /** Ends what is due and finds out when the next is. */
  void expire() {
    takeEarly();
    long now = clock.millis();
    long otherwise =
        Math.min(
            stream.legacyDueMillis(),
            sequence == null ? PendingCommands.NEVER : sequence.dueMillis());
    List<PendingCommand> due = pending.due(now, stream.resumeUntilMillis(), otherwise);
    for (PendingCommand command : due) {
      pending.end(command, overdue(command, now));
    }
    pending.pause(now);
    stream.drain();
  }

  private Outcome<Any> overdue(PendingCommand command, long now) {
    if (command.holdUntilMillis > 0) {
      return NotDelivered.notConnected();
    }
    if (!stream.isThere()) {
      return NotDelivered.notResumed(command);
    }
    return command.deadlineMillis <= now
        ? NotDelivered.timedOut(command)
        : NotDelivered.waitedForRoom(settings);
  }

  /** The entity stops: everything ends, each with what is known of it. */
  void stop() {
    pending.endAll(Reason.SHUTTING_DOWN, STOPPING);
    for (ClientConnection.Send early : giveUpEarly()) {
      replies.outcome(early.replyTo(), Outcome.notSent(Reason.SHUTTING_DOWN, STOPPING));
    }
  }
}
