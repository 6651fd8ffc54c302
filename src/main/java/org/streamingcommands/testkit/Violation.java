package org.streamingcommands.testkit;

import java.util.List;

/**
 * A promise that was not kept.
 *
 * @param promise which, in a word
 * @param what happened, in a sentence
 * @param trail the events that show it, a line each, in the order of time
 */
public record Violation(Promise promise, String what, List<String> trail) {

  /** What {@link HistoryChecker} checks. */
  public enum Promise {
    /** Every send ends exactly once, before its deadline and the grace. */
    ENDS_ONCE,
    /** A client's answer is what the client answered. */
    ANSWER_IS_TRUE,
    /** A command id runs once, over all processes of a client. */
    RUNS_ONCE,
    /** A client starts commands in the order in which they were accepted, within a priority. */
    ORDER,
    /** What an undelivered send is told about the client is so. */
    CERTAINTY_IS_TRUE,
    /** The reason of an undelivered send is so. */
    REASON_IS_TRUE,
    /** A client that is gone is not called connected, and one that is connected is. */
    PRESENCE_IS_TRUE,
    /** Only another process replaces a process. */
    REPLACED_BY_ANOTHER,
    /** Once the faults are over, a client that runs is connected and answers. */
    COMES_BACK
  }

  @Override
  public String toString() {
    return promise + ": " + what + "\n    " + String.join("\n    ", trail);
  }
}
