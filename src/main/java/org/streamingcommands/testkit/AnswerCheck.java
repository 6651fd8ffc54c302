package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.agent.FailureCode;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.testkit.Chronicle.Life;
import org.streamingcommands.testkit.HistoryEvent.Ended;
import org.streamingcommands.testkit.HistoryEvent.Ending;
import org.streamingcommands.testkit.HistoryEvent.Finished;
import org.streamingcommands.testkit.HistoryEvent.Sent;
import org.streamingcommands.testkit.Violation.Promise;

/** What is called the client's outcome is what the client made of the command, before that. */
final class AnswerCheck {
  /** By these an agent says that nothing ran. */
  private static final Set<String> NOTHING_RAN =
      Set.of(
          FailureCode.EXPIRED,
          FailureCode.OVERLOADED,
          FailureCode.CLOSING,
          FailureCode.UNSUPPORTED_COMMAND,
          FailureCode.INVALID_PAYLOAD);

  private AnswerCheck() {}

  static void check(Chronicle chronicle, List<Violation> violations) {
    for (Life life : chronicle.lives) {
      for (Sent sent : life.sends) {
        Ended end = chronicle.end(sent);
        String fault = end == null ? null : fault(life, end);
        if (fault != null) {
          violations.add(
              new Violation(
                  Promise.ANSWER_IS_TRUE,
                  "send %d of '%s' to %s %s"
                      .formatted(sent.send(), life.commandId, life.client, fault),
                  chronicle.trail(life)));
        }
      }
    }
  }

  private static @Nullable String fault(Life life, Ended end) {
    Outcome<Any> outcome = end.outcome();
    if (outcome instanceof Outcome.Completed<Any> completed) {
      return ended(life, end, Ending.ANSWERED, completed.result())
          ? null
          : "was completed with an answer that no process had given";
    }
    if (outcome instanceof Outcome.Cancelled<Any>) {
      boolean ran = !life.starts.isEmpty() && life.starts.get(0).nanos() - end.nanos() < 0;
      return !ran || ended(life, end, Ending.STOPPED, null)
          ? null
          : "was cancelled though a process ran it and did not stop it";
    }
    if (outcome instanceof Outcome.Failed<Any> failed) {
      if (NOTHING_RAN.contains(failed.code())) {
        return life.starts.isEmpty() ? null : "failed as " + failed.code() + ", but it ran";
      }
      Ending needed =
          failed.code().equals(FailureCode.RESULT_TOO_LARGE) ? Ending.ANSWERED : Ending.FAILED;
      return ended(life, end, needed, null) ? null : "failed though it did not fail in any process";
    }
    return null;
  }

  private static boolean ended(Life life, Ended end, Ending how, @Nullable Any answer) {
    for (Finished finished : life.finishes) {
      if (finished.ending() == how
          && (answer == null || finished.answer().equals(answer))
          && finished.nanos() - end.nanos() <= 0) {
        return true;
      }
    }
    return false;
  }
}
