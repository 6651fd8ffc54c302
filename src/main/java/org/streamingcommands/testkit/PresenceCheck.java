package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.testkit.Chronicle.Life;
import org.streamingcommands.testkit.DeadTimes.Span;
import org.streamingcommands.testkit.HistoryEvent.Ended;
import org.streamingcommands.testkit.HistoryEvent.Listed;
import org.streamingcommands.testkit.HistoryEvent.Sent;
import org.streamingcommands.testkit.Violation.Promise;

/** A client that has been dead for longer than the bound is not listed, and send says so. */
final class PresenceCheck {
  private final Chronicle chronicle;
  private final Duration bound;
  private final boolean afar;
  private final DeadTimes deadTimes;
  private final List<Violation> violations;
  private final Set<Span> reported = new HashSet<>();

  private PresenceCheck(
      Chronicle chronicle, Duration bound, boolean afar, List<Violation> violations) {
    this.chronicle = chronicle;
    this.bound = bound;
    this.afar = afar;
    this.deadTimes = new DeadTimes(chronicle);
    this.violations = violations;
  }

  /**
   * @param afar whether a command's time may be over before its sender's process is rid of it
   */
  static void check(Chronicle chronicle, Duration bound, boolean afar, List<Violation> violations) {
    PresenceCheck check = new PresenceCheck(chronicle, bound, afar, violations);
    chronicle.listings.forEach(check::listing);
    chronicle.lives.forEach(check::firstSend);
  }

  /** For how long the longest-dead client was still listed. */
  static Duration longestGhost(Chronicle chronicle) {
    DeadTimes deadTimes = new DeadTimes(chronicle);
    long longest = 0;
    for (Listed listed : chronicle.listings) {
      for (String client : listed.clients()) {
        Span dead = deadTimes.around(client, listed.nanos(), listed.untilNanos());
        longest = dead == null ? longest : Math.max(longest, listed.nanos() - dead.from());
      }
    }
    return Duration.ofNanos(longest);
  }

  private void listing(Listed listed) {
    for (String client : listed.clients()) {
      Span dead = deadTimes.around(client, listed.nanos(), listed.untilNanos());
      if (dead != null && isLongDead(dead, listed.nanos())) {
        report(client, dead, listed.nanos(), "is still listed");
      }
    }
  }

  /** A repeated send may join or hear again what came before; the first can only be refused. */
  private void firstSend(Life life) {
    if (life.sends.isEmpty()) {
      return;
    }
    Sent sent = life.sends.get(0);
    Ended end = chronicle.end(sent);
    if (end == null) {
      return;
    }
    Span dead = deadTimes.around(life.client, sent.nanos(), end.nanos());
    if (dead != null
        && isLongDead(dead, sent.nanos())
        && !isNotConnected(end.outcome())
        && !isOverBeforeItLeft(sent, end)) {
      report(
          life.client,
          dead,
          end.nanos(),
          "was sent '%s', which ended as %s"
              .formatted(life.commandId, HistoryEvent.brief(end.outcome())));
    }
  }

  private boolean isLongDead(Span dead, long now) {
    long over = now - dead.from() - bound.toNanos();
    return over > 0 && over > chronicle.stalledNanos(dead.from(), now);
  }

  private static boolean isNotConnected(Outcome<Any> outcome) {
    return outcome instanceof Outcome.Undelivered<Any> undelivered
        && undelivered.reason() == Reason.NOT_CONNECTED;
  }

  /** A node that had it would have said so to a sender who asks for the steps. */
  private boolean isOverBeforeItLeft(Sent sent, Ended end) {
    return afar
        && end.nanos() - sent.deadlineNanos() >= 0
        && chronicle.receipts(sent).isEmpty()
        && end.outcome() instanceof Outcome.Undelivered<Any> undelivered
        && undelivered.reason() == Reason.TIMED_OUT
        && undelivered.certainty() == Certainty.NOT_SENT;
  }

  private void report(String client, Span dead, long now, String what) {
    if (reported.add(dead)) {
      violations.add(
          new Violation(
              Promise.PRESENCE_IS_TRUE,
              "%s, dead for %d ms, %s".formatted(client, (now - dead.from()) / 1_000_000, what),
              chronicle.trail(client, dead.from() - Duration.ofSeconds(3).toNanos(), now)));
    }
  }
}
