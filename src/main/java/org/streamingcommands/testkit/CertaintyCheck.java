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

  static void check(Chronicle chronicle, List<Violation> violations) {
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
        String fault = check.fault(life, sent);
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

  private @Nullable String fault(Life life, Sent sent) {
    Certainty told = certainty(chronicle.end(sent));
    if (told == Certainty.NOT_SENT
        && (heard(sent, Receipt.SENT) || heard(sent, Receipt.RECEIVED))) {
      return "was told NOT_SENT after it had heard of more";
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

  private boolean heard(Sent sent, Receipt receipt) {
    return chronicle.receipts(sent).stream().anyMatch(heard -> heard.receipt() == receipt);
  }

  private static @Nullable Certainty certainty(@Nullable Ended end) {
    return end != null && end.outcome() instanceof Outcome.Undelivered<Any> undelivered
        ? undelivered.certainty()
        : null;
  }
}
