package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;

/**
 * The stream that is the client's connection now, as its commands see it: what it takes, what it
 * has already, and what waits for it while there is none. Plain state of one {@link CommandFlow}.
 */
final class CurrentStream {
  private final ServiceSettings settings;
  private final Replies replies;
  private final Counters counters;
  private final InstantSource clock;
  private final RecentOutcomes recent;
  private final PendingCommands pending;

  /**
   * In flight, and to be written once more before anything of the queue. Not before the first of
   * them.
   */
  private @Nullable Deque<PendingCommand> redeliveries;

  /** Sent by an entity that is gone and not ended, as the stream says; whether received. */
  private Map<String, Boolean> strangers = Collections.emptyMap();

  /** Not before a former entity left something. */
  private @Nullable LegacyWait legacy;

  private @Nullable Downlink downlink;
  private ClientConnection.@Nullable Attach attached;
  private String instanceId = "";
  private int credits;
  private long resultsTaken;
  private long holdUntilMillis;
  private long lostAtMillis;

  CurrentStream(
      ServiceSettings settings,
      Replies replies,
      Counters counters,
      InstantSource clock,
      RecentOutcomes recent,
      PendingCommands pending) {
    this.settings = settings;
    this.replies = replies;
    this.counters = counters;
    this.clock = clock;
    this.recent = recent;
    this.pending = pending;
  }

  // ---- coming and going ---------------------------------------------------------------------

  boolean isThere() {
    return downlink != null;
  }

  /** Until then a stream may be on its way here, and commands wait for it. */
  void holdUntil(long millis) {
    holdUntilMillis = millis;
    lostAtMillis = clock.millis();
  }

  long holdUntilMillis() {
    return holdUntilMillis;
  }

  /** Until when what is in flight waits for the client, where it is not there. */
  long resumeUntilMillis() {
    return downlink == null
        ? lostAtMillis + settings.resumeWindow().toMillis()
        : PendingCommands.NEVER;
  }

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
    pending.all().forEach(command -> command.holdUntilMillis = 0);
    credits = 0;
    resultsTaken = 0;
    redeliveries = null;
  }

  /**
   * The connection is gone. What is in flight waits for the client to resume, until its deadline or
   * the resume-window, whichever is the earlier.
   *
   * @param awaitedMillis how long the client is expected to be on its way to another node: what is
   *     sent meanwhile waits for it
   */
  void detach(long awaitedMillis) {
    leave();
    redeliveries = null;
    lostAtMillis = clock.millis();
    holdUntilMillis = awaitedMillis == 0 ? 0 : lostAtMillis + awaitedMillis;
    if (!pending.isEmpty()) {
      pending.dueAt(resumeUntilMillis());
    }
  }

  /** The connection is gone, and nothing is in flight any more. */
  void leave() {
    downlink = null;
    attached = null;
    credits = 0;
  }

  // ---- what it has already ------------------------------------------------------------------

  /**
   * Continues after the welcome: completes what the client finished meanwhile, leaves running what
   * runs, delivers again what this process of the client never had, and then the queue.
   *
   * @param underway of a stream that was this entity's before: what may not have reached it
   */
  void resume(ClientConnection.Attach attach, Set<String> underway) {
    Hello hello = attach.hello();
    for (Hello.Result result : hello.unconfirmed()) {
      PendingCommand asked = pending.find(result.commandId());
      if (asked != null && !asked.isSent()) {
        // Another entity had sent it, and its sender asked again before the client was back.
        sentBefore(asked, true);
      }
      take(result.commandId(), result.outcome());
      // Whoever asks again for what another entity had sent gets this answer.
      recent.bring(result.commandId(), result.outcome(), clock.millis());
    }
    if (!attach.sent().isEmpty() || !hello.running().isEmpty()) {
      strangers = new HashMap<>(strangers);
    }
    attach.sent().forEach(id -> strangers.put(id, false));
    hello.running().forEach(id -> strangers.put(id, true));
    for (PendingCommand command : pending.all()) {
      Boolean received = strangers.remove(command.command.id());
      if (received != null && !command.isSent()) {
        sentBefore(command, received);
      }
    }
    // One to begin with: the first answer of the stream says how many more.
    credits = 1;
    for (PendingCommand command : pending.all()) {
      if (command.isSent()) {
        String id = command.command.id();
        if (underway.contains(id) && !attach.sent().contains(id)) {
          // The stream, which takes nothing twice, had not got it when it wrote this.
          deliverAgain(command);
        }
        resume(command, attach);
      }
    }
    drain();
  }

  /** The same for what came after the stream. */
  void resume(PendingCommand inherited) {
    if (attached != null) {
      resume(inherited, attached);
    }
  }

  private void resume(PendingCommand command, ClientConnection.Attach attach) {
    Hello hello = attach.hello();
    if (hello.running().contains(command.command.id())) {
      pending.reach(command, Receipt.RECEIVED);
      requestCancel(command);
    } else if (attach.again()) {
      // It is in this very stream already.
      return;
    } else if (isAnotherProcess(command, hello)) {
      pending.end(command, NotDelivered.restarted(command));
    } else {
      deliverAgain(command);
    }
  }

  private static boolean isAnotherProcess(PendingCommand command, Hello hello) {
    return hello.instanceId().isEmpty() || !hello.instanceId().equals(command.sentToInstance);
  }

  /** It waits here, and the stream has it already. */
  void sentBefore(PendingCommand command, boolean received) {
    pending.unqueue(command);
    command.roomUntilMillis = 0;
    command.holdUntilMillis = 0;
    command.sentToInstance = instanceId;
    pending.tookOff(command);
    command.reach(received ? Receipt.RECEIVED : Receipt.SENT, replies);
  }

  /**
   * The stream was given it by an entity that is gone; asked again, it is in flight again.
   *
   * @return whether it was
   */
  boolean adopt(Command command, ReplyTo replyTo) {
    Boolean received = strangers.remove(command.id());
    if (received == null) {
      return false;
    }
    PendingCommand adopted = new PendingCommand(command, replyTo);
    pending.add(adopted);
    pending.dueAt(adopted.deadlineMillis);
    adopted.reach(received ? Receipt.RECEIVED : Receipt.SENT, replies);
    adopted.sentToInstance = instanceId;
    pending.tookOff(adopted);
    return true;
  }

  /**
   * It is known here from now on, or is known to have ended.
   *
   * @return whether the client has received it, where the stream was given it by an entity that is
   *     gone; null where it was not
   */
  @Nullable Boolean takeStranger(String commandId) {
    return strangers.remove(commandId);
  }

  void received(String commandId) {
    if (strangers.containsKey(commandId)) {
      strangers.put(commandId, true);
      return;
    }
    PendingCommand command = pending.find(commandId);
    if (command == null || !command.isSent()) {
      counters.unknownResults.increment();
    } else {
      pending.reach(command, Receipt.RECEIVED);
    }
  }

  /** How many results of the stream were taken over since it was attached. */
  long resultsTaken() {
    return resultsTaken;
  }

  /** One more was. */
  void confirmResult() {
    resultsTaken++;
    if (downlink != null) {
      downlink.confirmed(resultsTaken);
    }
  }

  /** How a command ended, as the client says. */
  void take(String commandId, Outcome<Any> outcome) {
    PendingCommand command = pending.find(commandId);
    if (command != null && command.isSent()) {
      pending.end(command, outcome);
    } else if (strangers.remove(commandId) != null) {
      recent.bring(commandId, outcome, clock.millis());
    } else if (recent.correct(commandId, outcome, clock.millis())) {
      counters.lateResults.increment();
    } else {
      counters.unknownResults.increment();
    }
  }

  // ---- what it takes ------------------------------------------------------------------------

  void credits(int granted) {
    counters.credits.increment();
    credits = granted;
    drain();
  }

  /** The largest command that can travel to it. */
  int largestCommand() {
    return downlink == null ? Integer.MAX_VALUE : downlink.largestCommand();
  }

  /** Whether a command may be written that nothing waits before. */
  boolean takesMore() {
    return mayWrite() && pending.isNothingQueued() && redeliveries == null;
  }

  /** Writes nothing before so many messages of a former entity came, or some time passed. */
  void awaitLegacy(int messages) {
    if (messages > 0) {
      legacy().await(messages);
    }
    pending.dueAt(legacyDueMillis());
  }

  /** One of them came. */
  void legacyCame() {
    legacy().came();
  }

  /** Until when they are waited for. */
  long legacyDueMillis() {
    return legacy == null || legacy.isOver() ? PendingCommands.NEVER : legacy.untilMillis();
  }

  private LegacyWait legacy() {
    if (legacy == null) {
      legacy = new LegacyWait(clock);
    }
    return legacy;
  }

  private boolean isAwaitingLegacy() {
    return legacy != null && !legacy.isOver();
  }

  private boolean mayWrite() {
    return credits > 0 && pending.mayTakeOff() && !isAwaitingLegacy();
  }

  /** Writes what the stream takes now. */
  void drain() {
    pending.admitWaiting();
    if (isAwaitingLegacy()) {
      return;
    }
    while (credits > 0 && redeliveries != null) {
      PendingCommand next = redeliveries.remove();
      if (redeliveries.isEmpty()) {
        redeliveries = null;
      }
      redeliver(next);
    }
    for (PendingCommand next = pending.next(); next != null && mayWrite(); next = pending.next()) {
      if (next.deadlineMillis <= clock.millis()) {
        pending.end(next, NotDelivered.timedOutInQueue());
      } else if (write(next, false)) {
        pending.unqueue(next);
      }
      pending.admitWaiting();
    }
  }

  private void deliverAgain(PendingCommand command) {
    if (redeliveries == null) {
      redeliveries = new ArrayDeque<>();
    }
    redeliveries.add(command);
  }

  private void redeliver(PendingCommand command) {
    if (pending.find(command.command.id()) == null) {
      return;
    }
    if (command.deadlineMillis <= clock.millis()) {
      pending.end(command, NotDelivered.timedOutBeforeRedelivery(command));
    } else if (write(command, true)) {
      counters.redelivered.increment();
      requestCancel(command);
    }
  }

  /**
   * Gives it to the stream.
   *
   * @return false where the stream had just ended and nothing was written: the next one gets it
   */
  boolean write(PendingCommand command, boolean again) {
    if (downlink == null) {
      throw new IllegalStateException("no stream to write to");
    }
    int room;
    try {
      room =
          downlink.deliver(
              new Delivery(command.command, resultsTaken, again), command.answerTo(replies));
    } catch (RuntimeException e) {
      pending.end(command, NotDelivered.notEncoded(command.certainty(), e.toString()));
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
      pending.tookOff(command);
    }
    command.redelivered |= again;
    command.sentToInstance = instanceId;
    pending.reach(command, Receipt.SENT);
    return true;
  }

  /** Asks the client to stop it, where somebody wishes that. */
  void requestCancel(PendingCommand command) {
    if (command.cancelRequested && downlink != null) {
      downlink.cancel(command.command.id());
    }
  }
}
