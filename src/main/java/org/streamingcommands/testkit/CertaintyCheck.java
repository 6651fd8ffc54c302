package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.testkit.Chronicle.Life;
import org.streamingcommands.testkit.HistoryEvent.Ended;
import org.streamingcommands.testkit.HistoryEvent.Sent;
import org.streamingcommands.testkit.HistoryEvent.Started;
import org.streamingcommands.testkit.Violation.Promise;

/** What an undelivered send is told about the client is so. */
final class CertaintyCheck {
  private final Chronicle chronicle;

  private CertaintyCheck(Chronicle chronicle) {
    this.chronicle = chronicle;
  }

  /**
   * @param oneNode whether all sends went to one node, so that they met
   */
  static void check(Chronicle chronicle, boolean oneNode, List<Violation> violations) {
    CertaintyCheck check = new CertaintyCheck(chronicle);
    for (Life life : chronicle.lives) {
      for (Started start : life.starts) {
        if (!check.isExplained(life, start)) {
          violations.add(
              new Violation(
                  Promise.CERTAINTY_IS_TRUE,
                  "%s ran '%s', and every send of it was told NOT_SENT"
                      .formatted(start.process(), life.commandId),
                  chronicle.trail(life)));
        }
      }
      for (Sent sent : life.sends) {
        String fault = check.fault(life, sent, oneNode);
        if (fault != null) {
          violations.add(
              new Violation(
                  Promise.CERTAINTY_IS_TRUE,
                  "send %d of '%s' to %s %s"
                      .formatted(sent.send(), life.commandId, life.client, fault),
                  chronicle.trail(life)));
        }
      }
    }
  }

  /** Whether some send of before may have caused it, by what it was told. */
  private boolean isExplained(Life life, Started start) {
    for (Sent sent : life.sends) {
      boolean mayBe =
          sent.nanos() - start.nanos() <= 0 && sent.command().payload().equals(start.payload());
      if (mayBe && certainty(chronicle.end(sent)) != Certainty.NOT_SENT) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String fault(Life life, Sent sent, boolean oneNode) {
    Certainty told = certainty(chronicle.end(sent));
    if (told == Certainty.NOT_SENT
        && (heard(sent, Receipt.SENT) || heard(sent, Receipt.RECEIVED))) {
      return "was told NOT_SENT after it had heard of more";
    }
    if (told == Certainty.NOT_SENT && oneNode && ranForAnother(life, sent)) {
      return "was told NOT_SENT, and the send of it that it had joined made it run";
    }
    if (told == Certainty.SENT_UNCONFIRMED && heard(sent, Receipt.RECEIVED)) {
      return "was told SENT_UNCONFIRMED after it had heard RECEIVED";
    }
    // Who does not ask for steps hears of no receipt, nor does who only hears an outcome again.
    boolean allAsked = life.sends.stream().allMatch(Sent::steps);
    if (told == Certainty.RECEIVED_NOT_FINISHED
        && allAsked
        && life.sends.stream().noneMatch(any -> heard(any, Receipt.RECEIVED))) {
      return "was told RECEIVED_NOT_FINISHED, and nobody had heard RECEIVED";
    }
    return null;
  }

  /**
   * Whether it met another send of the same command, which went on without it and was executed. The
   * other one had surely arrived before where it had heard of a receipt.
   */
  private boolean ranForAnother(Life life, Sent sent) {
    Ended end = chronicle.end(sent);
    for (Sent other : life.sends) {
      Ended otherEnd = chronicle.end(other);
      boolean wentOn =
          other.send() != sent.send()
              && other.command().payload().equals(sent.command().payload())
              && chronicle.receipts(other).stream()
                  .anyMatch(receipt -> receipt.nanos() - sent.nanos() < 0)
              && (otherEnd == null || otherEnd.nanos() - end.nanos() > 0)
              && certainty(otherEnd) != Certainty.NOT_SENT;
      if (wentOn && life.starts.stream().anyMatch(start -> start.nanos() - end.nanos() > 0)) {
        return true;
      }
    }
    return false;
  }

  private boolean heard(Sent sent, Receipt receipt) {
    return chronicle.receipts(sent).stream().anyMatch(heard -> heard.receipt() == receipt);
  }

  private static @Nullable Certainty certainty(@Nullable Ended end) {
    return end != null && end.outcome() instanceof Outcome.Undelivered<Any> undelivered
        ? undelivered.certainty()
        : null;
  }
}
