package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/**
 * All commands of one client that have not ended, queued or in flight; when they are due, and how
 * they end. Plain state of one {@link CommandFlow}.
 */
final class PendingCommands {
  /** Before the first command: a client that is only connected has no table. */
  private static final Map<String, PendingCommand> NONE = Collections.emptyMap();

  /** Of a time that does not come. */
  static final long NEVER = Long.MAX_VALUE;

  /**
   * A look at what is due goes over all that is pending, so one with much takes a break between two
   * looks, a millisecond for so many: a client that reads nothing costs the others next to nothing.
   */
  private static final int PENDING_PER_PAUSE_MILLI = 100;

  /** What a deadline may be late for that, far within the second that a sender allows. */
  private static final long LONGEST_PAUSE_MILLIS = 50;

  private final ServiceSettings settings;
  private final Replies replies;
  private final Counters counters;
  private final InstantSource clock;
  private final RecentOutcomes recent;

  /** In the order of their sends. */
  private Map<String, PendingCommand> byId = NONE;

  /** Not before something waits: for most clients nothing ever does. */
  private @Nullable CommandQueue queue;

  private int inFlight;
  private long inFlightBytes;
  private long earliestMillis = NEVER;

  /**
   * @param recent told of each that ended and that ran or may have run
   */
  PendingCommands(
      ServiceSettings settings,
      Replies replies,
      Counters counters,
      InstantSource clock,
      RecentOutcomes recent) {
    this.settings = settings;
    this.replies = replies;
    this.counters = counters;
    this.clock = clock;
    this.recent = recent;
  }

  void add(PendingCommand command) {
    if (byId == NONE) {
      byId = new LinkedHashMap<>();
    }
    byId.put(command.command.id(), command);
  }

  @Nullable PendingCommand find(String commandId) {
    return byId.get(commandId);
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  /** As of now: whoever goes over them may end some. */
  List<PendingCommand> all() {
    return List.copyOf(byId.values());
  }

  /**
   * @param commandId of this one only; empty for the newest
   */
  List<ClientView.Pending> view(String commandId) {
    List<PendingCommand> chosen =
        byId.values().stream()
            .filter(command -> commandId.isEmpty() || command.command.id().equals(commandId))
            .toList();
    return chosen.stream()
        .skip(Math.max(0, chosen.size() - ClientView.MOST))
        .map(PendingCommand::view)
        .toList();
  }

  /**
   * Gives them up, in order, for another entity to take over.
   *
   * @param limit what is larger stays, and ends here
   */
  List<PendingCommand> handOver(FrameLimit limit) {
    List<PendingCommand> all =
        byId.values().stream().filter(command -> limit.fits(command.command)).toList();
    all.forEach(command -> byId.remove(command.command.id()));
    return all;
  }

  // ---- in the queue -------------------------------------------------------------------------

  private CommandQueue queue() {
    if (queue == null) {
      queue =
          new CommandQueue(
              settings.queueSize(),
              settings.queueBytes(),
              (older, newer) -> end(older, NotDelivered.superseded(newer)));
    }
    return queue;
  }

  int queued() {
    return queue == null ? 0 : queue.size();
  }

  /** Whether nothing waits, neither in the queue nor for room in it. */
  boolean isNothingQueued() {
    return queue == null || queue.isEmpty();
  }

  CommandQueue.Admission offer(PendingCommand command) {
    return queue().offer(command);
  }

  /** The next one to write; null when there is none. It stays in the queue. */
  @Nullable PendingCommand next() {
    return queue == null ? null : queue.peek();
  }

  void unqueue(PendingCommand command) {
    if (queue != null) {
      queue.remove(command);
    }
  }

  /** Lets those in who wait and have room now. */
  void admitWaiting() {
    if (queue != null) {
      for (PendingCommand admitted : queue.admitWaiting()) {
        reach(admitted, Receipt.QUEUED);
      }
    }
  }

  /** All of the queue that were not inherited, in their order, taken out of it. */
  List<PendingCommand> takeNewcomers() {
    return queue().takeNewcomers();
  }

  // ---- in flight ----------------------------------------------------------------------------

  int inFlight() {
    return inFlight;
  }

  boolean mayTakeOff() {
    return inFlight < settings.maxInFlight() && inFlightBytes < settings.maxInFlightBytes();
  }

  void tookOff(PendingCommand command) {
    inFlight++;
    inFlightBytes += command.command.size();
  }

  void reach(PendingCommand command, Receipt receipt) {
    if (command.reach(receipt, replies)) {
      counters.receipts(receipt).record(System.nanoTime() - command.sinceNanos);
    }
  }

  // ---- the end ------------------------------------------------------------------------------

  void end(PendingCommand command, Outcome<Any> outcome) {
    giveUp(command);
    // What never left may be sent again under its id; everything else ran or may have run.
    boolean ranOrMayHave = command.isSent() || outcome instanceof Outcome.Cancelled<Any>;
    if (ranOrMayHave) {
      recent.add(command, outcome, clock.millis());
    }
    command.end(outcome, replies);
  }

  void endAll(Reason reason, String message) {
    for (PendingCommand command : all()) {
      end(command, new Outcome.Undelivered<>(reason, command.certainty(), message));
    }
  }

  /** Is pending no more, and has not been told an outcome. */
  void giveUp(PendingCommand command) {
    byId.remove(command.command.id());
    if (command.isSent()) {
      inFlight--;
      inFlightBytes -= command.command.size();
    } else if (queue != null) {
      queue.remove(command);
    }
  }

  // ---- time ---------------------------------------------------------------------------------

  /** When there is something to look at; {@link #NEVER} where nothing is. */
  long earliestMillis() {
    return earliestMillis;
  }

  void dueAt(long millis) {
    earliestMillis = Math.min(earliestMillis, millis);
  }

  /**
   * Tells those who gave less time than others that theirs is over, and finds out when the next is
   * due.
   *
   * @param resumeUntilMillis what is in flight waits for the client until then
   * @param otherwiseMillis when there is something to look at in any case
   * @return what is due itself
   */
  List<PendingCommand> due(long now, long resumeUntilMillis, long otherwiseMillis) {
    List<PendingCommand> due = new ArrayList<>();
    earliestMillis = otherwiseMillis;
    for (PendingCommand command : byId.values()) {
      command.endImpatient(now, replies);
      long dueAt = command.dueMillis(resumeUntilMillis);
      if (dueAt <= now) {
        due.add(command);
      } else {
        dueAt(dueAt);
      }
    }
    return due;
  }

  /** After a look at what is due. */
  void pause(long now) {
    long pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, byId.size() / PENDING_PER_PAUSE_MILLI);
    earliestMillis = Math.max(earliestMillis, now + pauseMillis);
  }
}
