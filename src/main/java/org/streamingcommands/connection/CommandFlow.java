package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/**
 * The life of one client's commands, from the send to the one outcome: ids run once, the queue, the
 * credits of the current stream, what is in flight, and deadlines. Plain state of one {@link
 * ClientConnection}; never touched from outside its actor.
 */
final class CommandFlow {
  private static final long NEVER = Long.MAX_VALUE;

  private final ServiceSettings settings;
  private final Replies replies;
  private final Counters counters;
  private final InstantSource clock;

  /** Not before something waits: for most clients nothing ever does. */
  private @Nullable CommandQueue queue;

  private final RecentOutcomes recent;

  /**
   * Results that the client brought along and that nobody here waited for. Another entity may have
   * sent their commands, or nobody: they are kept apart, so that no client can crowd out of {@link
   * #recent} what is known to have ended. Not before the first of them.
   */
  private @Nullable RecentOutcomes brought;

  /** All that have not ended, queued or in flight, in the order of their sends. */
  private final Map<String, PendingCommand> pending = new LinkedHashMap<>();

  /** In flight, and to be written once more before anything of the queue. */
  private final Deque<PendingCommand> redeliveries = new ArrayDeque<>(0);

  /** Sent by an entity that is gone and not ended, as the stream says; whether received. */
  private Map<String, Boolean> strangers = Collections.emptyMap();

  /**
   * A look at what is due goes over all that is pending, so one with much takes a break between two
   * looks, a millisecond for so many: a client that reads nothing costs the others next to nothing.
   */
  private static final int PENDING_PER_PAUSE_MILLI = 100;

  /** What a deadline may be late for that, far within the second that a sender allows. */
  private static final long LONGEST_PAUSE_MILLIS = 50;

  /** How long what a former entity left may take to come. */
  private static final long LEGACY_MILLIS = 3_000;

  private @Nullable Downlink downlink;

  /** Messages of a former entity that came, and until when the rest is waited for. */
  private int legacies;

  private int legaciesAwaited;
  private long legacyUntilMillis;
  private ClientConnection.@Nullable Attach attached;
  private long holdUntilMillis;
  private String instanceId = "";
  private int credits;
  private int inFlight;
  private long inFlightBytes;
  private long resultsTaken;
  private long earliestMillis = NEVER;
  private long lostAtMillis;

  CommandFlow(ServiceSettings settings, Replies replies, Counters counters, InstantSource clock) {
    this.settings = settings;
    this.replies = replies;
    this.counters = counters;
    this.clock = clock;
    this.recent = recentOutcomes();
  }

  private RecentOutcomes recentOutcomes() {
    return new RecentOutcomes(
        settings.dedupWindow().toMillis(), settings.dedupSize(), settings.dedupBytes());
  }

  private CommandQueue queue() {
    if (queue == null) {
      queue = new CommandQueue(settings.queueSize(), settings.queueBytes(), this::supersede);
    }
    return queue;
  }

  int queued() {
    return queue == null ? 0 : queue.size();
  }

  int inFlight() {
    return inFlight;
  }

  /** Whether nothing would be lost if the entity stopped now. */
  boolean isIdle() {
    long now = clock.millis();
    return pending.isEmpty() && recent.isEmpty(now) && (brought == null || brought.isEmpty(now));
  }

  /**
   * What is known of the commands.
   *
   * @param commandId of this one only, and whole; empty for all
   */
  ClientView view(@Nullable ConnectedClient connection, String commandId) {
    long now = clock.millis();
    List<PendingCommand> chosen =
        pending.values().stream()
            .filter(command -> commandId.isEmpty() || command.command.id().equals(commandId))
            .toList();
    return new ClientView(
        Optional.ofNullable(connection),
        chosen.stream()
            .skip(Math.max(0, chosen.size() - ClientView.MOST))
            .map(PendingCommand::view)
            .toList(),
        (brought != null && !commandId.isEmpty() && recent.find(commandId, now) == null
                ? brought
                : recent)
            .view(commandId, now));
  }

  /** Lets go of what nobody may ask for any more: a client that is quiet would keep it for ever. */
  void forget() {
    recent.forget(clock.millis());
    if (brought != null) {
      brought.forget(clock.millis());
    }
  }

  /** When {@link #expire} has something to do; {@link Long#MAX_VALUE} for never. */
  long earliestMillis() {
    return earliestMillis;
  }

  // ---- senders ------------------------------------------------------------------------------

  void send(Command command, ReplyTo replyTo) {
    PendingCommand known = pending.get(command.id());
    if (known != null) {
      if (known.command.payload().equals(command.payload())) {
        known.join(replyTo, command.deadline().toEpochMilli(), replies);
        dueAt(known.earliestMillis());
      } else {
        replies.outcome(replyTo, conflict(command));
      }
      return;
    }
    long now = clock.millis();
    RecentOutcomes.Ended ended = ended(command.id(), now);
    if (ended != null) {
      boolean same = ended.isOf(command.payload());
      replies.outcome(replyTo, same ? ended.outcome() : conflict(command));
      return;
    }
    Boolean received = strangers.remove(command.id());
    if (received != null) {
      adopt(command, replyTo, received);
      return;
    }
    Outcome<Any> refusal = refusal(command, now);
    if (refusal != null) {
      replies.outcome(replyTo, refusal);
      return;
    }
    accept(new PendingCommand(command, replyTo), now);
  }

  /** The stream was given it by an entity that is gone; asked again, it is in flight again. */
  private void adopt(Command command, ReplyTo replyTo, boolean received) {
    PendingCommand adopted = new PendingCommand(command, replyTo);
    pending.put(command.id(), adopted);
    dueAt(adopted.deadlineMillis);
    adopted.reach(received ? Receipt.RECEIVED : Receipt.SENT, replies);
    adopted.sentToInstance = instanceId;
    tookOff(adopted);
  }

  /** Takes over what another entity had not ended. */
  void inherit(PendingCommand command) {
    legacies++;
    String id = command.command.id();
    long now = clock.millis();
    PendingCommand known = pending.get(id);
    RecentOutcomes.Ended ended = ended(id, now);
    if (known != null) {
      known.joinAll(command, replies);
      return;
    }
    if (ended != null) {
      command.end(ended.outcome(), replies);
      return;
    }
    Boolean received = strangers.remove(id);
    pending.put(id, command);
    if (command.isSent()) {
      tookOff(command);
      if (attached != null) {
        resume(command, attached);
      }
    } else if (received != null) {
      // Since it was left to this entity, the stream said that it has it.
      sentBefore(command, received);
    } else {
      queueAhead(command, now);
    }
    if (pending.containsKey(id)) {
      dueAt(dueMillis(command, lostAtMillis + settings.resumeWindow().toMillis()));
    }
    if (downlink != null) {
      drain();
    }
  }

  /** Another entity had accepted it before this one accepted anything. */
  private void queueAhead(PendingCommand inherited, long now) {
    long roomUntil = now + settings.queueTimeout().toMillis();
    List<PendingCommand> newcomers = queue().takeNewcomers();
    inherited.inherited = true;
    inherited.holdUntilMillis = downlink == null ? holdUntilMillis : 0;
    newcomers.add(0, inherited);
    for (PendingCommand command : newcomers) {
      command.roomUntilMillis = roomUntil;
      switch (queue().offer(command)) {
        case QUEUED -> command.reach(Receipt.QUEUED, replies);
        case WAITING_FOR_ROOM -> dueAt(roomUntil);
        case FULL -> end(command, noRoom());
      }
    }
  }

  /** How commands ended where another entity was; some may have been asked for again since. */
  void inheritEnded(List<RecentOutcomes.Known> commands) {
    legacies++;
    recent.inherit(commands, clock.millis());
    for (RecentOutcomes.Known known : commands) {
      strangers.remove(known.commandId());
      PendingCommand again = pending.get(known.commandId());
      if (again != null) {
        boolean same = known.ended().isOf(again.command.payload());
        giveUp(again);
        again.end(same ? known.ended().outcome() : conflict(again.command), replies);
      }
    }
    drain();
  }

  private RecentOutcomes.@Nullable Ended ended(String commandId, long now) {
    RecentOutcomes.Ended ended = recent.find(commandId, now);
    return ended == null && brought != null ? brought.find(commandId, now) : ended;
  }

  /** How commands ended that may be asked for again, those known for sure in order and last. */
  List<RecentOutcomes.Known> recent() {
    long now = clock.millis();
    List<RecentOutcomes.Known> all = new ArrayList<>();
    if (brought != null) {
      all.addAll(brought.all(now));
    }
    all.addAll(recent.all(now));
    return all;
  }

  /**
   * Gives up what has not ended, in order, for another entity to take over.
   *
   * @param limit what is larger stays, and ends here
   */
  List<PendingCommand> handOver(FrameLimit limit) {
    List<PendingCommand> all =
        pending.values().stream().filter(command -> limit.fits(command.command)).toList();
    all.forEach(command -> pending.remove(command.command.id()));
    return all;
  }

  /** Writes nothing before so many messages of a former entity came, or some time passed. */
  void awaitLegacy(int messages) {
    if (messages > legaciesAwaited) {
      legaciesAwaited = messages;
      legacyUntilMillis = clock.millis() + LEGACY_MILLIS;
    }
    if (isAwaitingLegacy()) {
      dueAt(legacyUntilMillis);
    }
  }

  private boolean isAwaitingLegacy() {
    if (legaciesAwaited <= legacies || clock.millis() >= legacyUntilMillis) {
      legaciesAwaited = 0;
      return false;
    }
    return true;
  }

  /** Until then a stream may be on its way here, and commands wait for it. */
  void holdUntil(long millis) {
    holdUntilMillis = millis;
    lostAtMillis = clock.millis();
  }

  void cancel(String commandId, ReplyTo replyTo) {
    PendingCommand command = pending.get(commandId);
    if (command == null) {
      RecentOutcomes.Ended ended = ended(commandId, clock.millis());
      replies.cancelResult(
          replyTo,
          ended == null ? CancelResult.unknownCommand() : CancelResult.of(ended.outcome()));
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
    PendingCommand command = pending.get(commandId);
    if (command != null && command.abandon(replyTo)) {
      cancel(command);
    }
    counters.abandoned.increment();
  }

  private void cancel(PendingCommand command) {
    if (!command.isSent()) {
      end(command, new Outcome.Cancelled<>("cancelled before it was sent"));
      // Its room is another's now.
      drain();
    } else if (!command.cancelRequested) {
      command.cancelRequested = true;
      if (downlink != null) {
        downlink.cancel(command.command.id());
      }
    }
  }

  private void accept(PendingCommand command, long now) {
    pending.put(command.command.id(), command);
    dueAt(command.deadlineMillis);
    if (downlink == null) {
      command.holdUntilMillis = holdUntilMillis;
      dueAt(holdUntilMillis);
    }
    if (mayWrite() && (queue == null || queue.isEmpty()) && redeliveries.isEmpty()) {
      reach(command, Receipt.QUEUED);
      if (write(command, false)) {
        return;
      }
    }
    long queueTimeout = settings.queueTimeout().toMillis();
    command.roomUntilMillis = queueTimeout == 0 ? 0 : now + queueTimeout;
    switch (queue().offer(command)) {
      case QUEUED -> {
        reach(command, Receipt.QUEUED);
        // Whoever the queue let in past those who wait may find the stream ready.
        drain();
      }
      case WAITING_FOR_ROOM -> dueAt(command.roomUntilMillis);
      case FULL -> end(command, noRoom());
    }
  }

  private void supersede(PendingCommand older, PendingCommand newer) {
    end(
        older,
        Outcome.notSent(
            Reason.SUPERSEDED,
            "command '%s' of the same coalescing key took its place"
                .formatted(newer.command.id())));
  }

  private @Nullable Outcome<Any> refusal(Command command, long now) {
    if (downlink == null && now >= holdUntilMillis) {
      return notConnected();
    }
    if (command.deadline().toEpochMilli() <= now) {
      return Outcome.notSent(Reason.TIMED_OUT, "the deadline had passed when it was sent");
    }
    int size = command.payload().getSerializedSize();
    if (size > settings.maxCommandBytes()) {
      return Outcome.notSent(
          Reason.TOO_LARGE,
          "the command has %d bytes, max-command-size is %d"
              .formatted(size, settings.maxCommandBytes()));
    }
    if (downlink != null && size > downlink.largestCommand()) {
      return Outcome.notSent(
          Reason.TOO_LARGE,
          "the command has %d bytes, %d can travel to the node that holds the client's stream"
              .formatted(size, downlink.largestCommand()));
    }
    return null;
  }

  // ---- the stream ---------------------------------------------------------------------------

  /**
   * A stream is the client's connection now. Nothing is written before {@link #resume}.
   *
   * @param attach what the client brought along
   */
  void attach(Downlink downlink, ClientConnection.Attach attach) {
    this.downlink = downlink;
    attached = attach;
    instanceId = attach.hello().instanceId();
    holdUntilMillis = 0;
    awaitLegacy(attach.inherited());
    strangers = Collections.emptyMap();
    pending.values().forEach(command -> command.holdUntilMillis = 0);
    credits = 0;
    resultsTaken = 0;
    redeliveries.clear();
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
    Hello hello = attach.hello();
    for (Hello.Result result : hello.unconfirmed()) {
      PendingCommand asked = pending.get(result.commandId());
      if (asked != null && !asked.isSent()) {
        // Another entity had sent it, and its sender asked again before the client was back.
        sentBefore(asked, true);
      }
      take(result.commandId(), result.outcome());
      // Whoever asks again for what another entity had sent gets this answer.
      bring(result.commandId(), result.outcome());
    }
    if (!attach.sent().isEmpty() || !hello.running().isEmpty()) {
      strangers = new HashMap<>(strangers);
    }
    attach.sent().forEach(id -> strangers.put(id, false));
    hello.running().forEach(id -> strangers.put(id, true));
    for (PendingCommand command : List.copyOf(pending.values())) {
      Boolean received = strangers.remove(command.command.id());
      if (received != null && !command.isSent()) {
        sentBefore(command, received);
      }
    }
    // One to begin with: the first answer of the stream says how many more.
    credits = 1;
    for (PendingCommand command : List.copyOf(pending.values())) {
      if (command.isSent()) {
        String id = command.command.id();
        if (underway.contains(id) && !attach.sent().contains(id)) {
          // The stream, which takes nothing twice, had not got it when it wrote this.
          redeliveries.add(command);
        }
        resume(command, attach);
      }
    }
    drain();
  }

  /** It waits here, and the stream has it already. */
  private void sentBefore(PendingCommand command, boolean received) {
    if (queue != null) {
      queue.remove(command);
    }
    command.roomUntilMillis = 0;
    command.holdUntilMillis = 0;
    command.sentToInstance = instanceId;
    tookOff(command);
    command.reach(received ? Receipt.RECEIVED : Receipt.SENT, replies);
  }

  private void resume(PendingCommand command, ClientConnection.Attach attach) {
    Hello hello = attach.hello();
    if (hello.running().contains(command.command.id())) {
      reach(command, Receipt.RECEIVED);
      requestCancelAgain(command);
    } else if (attach.again()) {
      // It is in this very stream already.
      return;
    } else if (isAnotherProcess(command, hello)) {
      end(
          command,
          new Outcome.Undelivered<>(
              Reason.CLIENT_RESTARTED,
              command.certainty(),
              "another process of the client took over"));
    } else {
      redeliveries.add(command);
    }
  }

  private static boolean isAnotherProcess(PendingCommand command, Hello hello) {
    return hello.instanceId().isEmpty() || !hello.instanceId().equals(command.sentToInstance);
  }

  private void requestCancelAgain(PendingCommand command) {
    if (command.cancelRequested && downlink != null) {
      downlink.cancel(command.command.id());
    }
  }

  /**
   * The connection is gone. What is in flight waits for the client to resume, until its deadline or
   * the resume-window, whichever is the earlier.
   *
   * @param awaitedMillis how long the client is expected to be on its way to another node: what is
   *     sent meanwhile waits for it
   */
  void detach(long awaitedMillis) {
    downlink = null;
    attached = null;
    credits = 0;
    redeliveries.clear();
    lostAtMillis = clock.millis();
    holdUntilMillis = awaitedMillis == 0 ? 0 : lostAtMillis + awaitedMillis;
    if (!pending.isEmpty()) {
      dueAt(lostAtMillis + settings.resumeWindow().toMillis());
    }
  }

  /** The client said that it leaves: nothing is worth waiting for. */
  void leave(String message) {
    downlink = null;
    attached = null;
    credits = 0;
    endAll(Reason.CONNECTION_LOST, message);
  }

  void credits(int granted) {
    counters.credits.increment();
    credits = granted;
    drain();
  }

  /** The stream's node could not encode it. */
  void notWritten(String commandId, String message, boolean expired) {
    PendingCommand command = pending.get(commandId);
    if (command != null && command.isSent() && !command.isReceived()) {
      Certainty certainty = command.redelivered ? Certainty.SENT_UNCONFIRMED : Certainty.NOT_SENT;
      end(
          command,
          expired
              ? new Outcome.Undelivered<>(Reason.TIMED_OUT, certainty, message)
              : new Outcome.Undelivered<>(
                  Reason.WRITE_FAILED, certainty, "the command could not be encoded: " + message));
      drain();
    }
  }

  /**
   * Written to the stream once more, because they were lost on their way; and so may cancels be.
   */
  void resent(List<String> commandIds) {
    for (String id : commandIds) {
      PendingCommand command = pending.get(id);
      if (command != null) {
        requestCancelAgain(command);
      }
    }
  }

  void received(String commandId) {
    PendingCommand command = pending.get(commandId);
    if (strangers.containsKey(commandId)) {
      strangers.put(commandId, true);
      return;
    }
    if (command == null || !command.isSent()) {
      counters.unknownResults.increment();
    } else {
      reach(command, Receipt.RECEIVED);
    }
  }

  void progressed(String commandId, Progress progress) {
    PendingCommand command = pending.get(commandId);
    if (command == null || !command.isSent()) {
      counters.unknownResults.increment();
    } else {
      reach(command, Receipt.RECEIVED);
      command.progress(progress, replies);
    }
  }

  /** How many results of the stream were taken over since it was attached. */
  long resultsTaken() {
    return resultsTaken;
  }

  /**
   * @return false where one before it was lost, and it is to be told again after that one
   */
  boolean result(ClientConnection.Resulted resulted) {
    long sequence = resulted.sequence();
    if (sequence > resultsTaken + 1) {
      return false;
    }
    if (sequence > 0 && sequence <= resultsTaken) {
      // Told again, and it had come.
      return true;
    }
    if (resulted.outcome() instanceof Outcome.Completed<Any> completed) {
      counters.bytesReceived.add(completed.result().getValue().size());
    }
    if (sequence != ClientConnection.Resulted.UNCOUNTED) {
      resultsTaken++;
      if (downlink != null) {
        downlink.confirmed(resultsTaken);
      }
    }
    if (resulted.answered()) {
      answered(resulted.commandId());
    }
    take(resulted.commandId(), resulted.outcome());
    drain();
    return true;
  }

  /** A stream that counts no more told a sender this. */
  void answered(String commandId, Outcome<Any> outcome) {
    answered(commandId);
    take(commandId, outcome);
    drain();
  }

  private void answered(String commandId) {
    PendingCommand command = pending.get(commandId);
    if (command != null) {
      command.answered();
    }
  }

  private void take(String commandId, Outcome<Any> outcome) {
    PendingCommand command = pending.get(commandId);
    if (command != null && command.isSent()) {
      end(command, outcome);
    } else if (strangers.remove(commandId) != null) {
      bring(commandId, outcome);
    } else if (recent.correct(commandId, outcome, clock.millis())) {
      counters.lateResults.increment();
    } else {
      counters.unknownResults.increment();
    }
  }

  private void bring(String commandId, Outcome<Any> outcome) {
    long now = clock.millis();
    if (recent.find(commandId, now) == null) {
      if (brought == null) {
        brought = recentOutcomes();
      }
      brought.addResult(commandId, outcome, now);
    }
  }

  // ---- time ---------------------------------------------------------------------------------

  /** Ends what is due and finds out when the next is. */
  void expire() {
    long now = clock.millis();
    long resumeUntil = lostAtMillis + settings.resumeWindow().toMillis();
    earliestMillis = isAwaitingLegacy() ? legacyUntilMillis : NEVER;
    List<PendingCommand> due = new ArrayList<>();
    for (PendingCommand command : pending.values()) {
      command.endImpatient(now, replies);
      long dueAt = dueMillis(command, resumeUntil);
      if (dueAt <= now) {
        due.add(command);
      } else {
        dueAt(dueAt);
      }
    }
    for (PendingCommand command : due) {
      end(command, overdue(command, now));
    }
    earliestMillis = Math.max(earliestMillis, now + pauseMillis());
    drain();
  }

  private long pauseMillis() {
    return Math.min(LONGEST_PAUSE_MILLIS, pending.size() / PENDING_PER_PAUSE_MILLI);
  }

  private long dueMillis(PendingCommand command, long resumeUntil) {
    long due = command.earliestMillis();
    if (command.roomUntilMillis > 0) {
      due = Math.min(due, command.roomUntilMillis);
    }
    if (command.holdUntilMillis > 0) {
      return Math.min(due, command.holdUntilMillis);
    }
    return downlink == null ? Math.min(due, resumeUntil) : due;
  }

  private Outcome<Any> overdue(PendingCommand command, long now) {
    if (command.holdUntilMillis > 0) {
      return notConnected();
    }
    if (downlink == null) {
      return new Outcome.Undelivered<>(
          Reason.CONNECTION_LOST,
          command.certainty(),
          "the connection was lost and the client did not resume in time");
    }
    if (command.deadlineMillis <= now) {
      return new Outcome.Undelivered<>(
          Reason.TIMED_OUT, command.certainty(), "the deadline passed");
    }
    return waitedForRoom();
  }

  /** The entity stops: everything ends, each with what is known of it. */
  void stop() {
    endAll(Reason.SHUTTING_DOWN, "the client's node is stopping");
  }

  // ---- writing ------------------------------------------------------------------------------

  private boolean mayWrite() {
    return credits > 0
        && inFlight < settings.maxInFlight()
        && inFlightBytes < settings.maxInFlightBytes()
        && !isAwaitingLegacy();
  }

  private void drain() {
    admitWaiting();
    if (isAwaitingLegacy()) {
      return;
    }
    while (credits > 0 && !redeliveries.isEmpty()) {
      redeliver(redeliveries.remove());
    }
    while (queue != null && mayWrite()) {
      PendingCommand next = queue.peek();
      if (next == null) {
        return;
      }
      if (next.deadlineMillis <= clock.millis()) {
        end(next, Outcome.notSent(Reason.TIMED_OUT, "the deadline passed in the queue"));
      } else if (write(next, false)) {
        queue.remove(next);
      }
      admitWaiting();
    }
  }

  private void admitWaiting() {
    if (queue != null) {
      for (PendingCommand admitted : queue.admitWaiting()) {
        reach(admitted, Receipt.QUEUED);
      }
    }
  }

  private void redeliver(PendingCommand command) {
    if (!pending.containsKey(command.command.id())) {
      return;
    }
    if (command.deadlineMillis <= clock.millis()) {
      end(
          command,
          new Outcome.Undelivered<>(
              Reason.TIMED_OUT,
              command.certainty(),
              "the deadline passed before it could be delivered again"));
    } else if (write(command, true)) {
      counters.redelivered.increment();
      requestCancelAgain(command);
    }
  }

  /**
   * Gives it to the stream.
   *
   * @return false where the stream had just ended and nothing was written: the next one gets it
   */
  private boolean write(PendingCommand command, boolean again) {
    if (downlink == null) {
      throw new IllegalStateException("no stream to write to");
    }
    int room;
    try {
      room =
          downlink.deliver(
              new Delivery(command.command, resultsTaken, again), command.answerTo(replies));
    } catch (RuntimeException e) {
      end(
          command,
          new Outcome.Undelivered<>(
              Reason.WRITE_FAILED, command.certainty(), "the command could not be encoded: " + e));
      return true;
    }
    credits = Math.max(room, 0);
    if (room == Downlink.NOT_WRITTEN) {
      return false;
    }
    counters.bytesSent.add(command.command.size());
    if (credits == 0) {
      counters.stalls.increment();
    }
    if (!command.isSent()) {
      tookOff(command);
    }
    command.redelivered |= again;
    command.sentToInstance = instanceId;
    reach(command, Receipt.SENT);
    return true;
  }

  private void reach(PendingCommand command, Receipt receipt) {
    if (command.reach(receipt, replies)) {
      counters.receipts(receipt).record(System.nanoTime() - command.sinceNanos);
    }
  }

  private void endAll(Reason reason, String message) {
    for (PendingCommand command : List.copyOf(pending.values())) {
      end(command, new Outcome.Undelivered<>(reason, command.certainty(), message));
    }
  }

  private void tookOff(PendingCommand command) {
    inFlight++;
    inFlightBytes += command.command.size();
  }

  private void giveUp(PendingCommand command) {
    pending.remove(command.command.id());
    if (command.isSent()) {
      inFlight--;
      inFlightBytes -= command.command.size();
    } else if (queue != null) {
      queue.remove(command);
    }
  }

  private void end(PendingCommand command, Outcome<Any> outcome) {
    giveUp(command);
    // What never left may be sent again under its id; everything else ran or may have run.
    boolean ranOrMayHave = command.isSent() || outcome instanceof Outcome.Cancelled<Any>;
    if (ranOrMayHave) {
      recent.add(command, outcome, clock.millis());
    }
    command.end(outcome, replies);
  }

  private void dueAt(long millis) {
    earliestMillis = Math.min(earliestMillis, millis);
  }

  private static Outcome<Any> notConnected() {
    return Outcome.notSent(Reason.NOT_CONNECTED, "the client is not connected");
  }

  private static Outcome<Any> conflict(Command command) {
    return Outcome.notSent(
        Reason.CONFLICT, "command id '%s' is in use for another payload".formatted(command.id()));
  }

  private Outcome<Any> noRoom() {
    return Outcome.notSent(
        Reason.QUEUE_FULL,
        "the client's queue of %d is full, and nothing more may wait for room in it"
            .formatted(settings.queueSize()));
  }

  private Outcome<Any> waitedForRoom() {
    return Outcome.notSent(
        Reason.QUEUE_FULL,
        "the client's queue of %d was full for %s"
            .formatted(settings.queueSize(), settings.queueTimeout()));
  }
}
