package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks a {@link History} against the promises, and explains each that was not kept with the
 * events that show it. A history is complete once every send has ended: check it then.
 *
 * <p>The checks are those of {@link Violation.Promise}. Times are held to the node, not to the
 * machine: what {@link StallMeter} measured is added to every bound that it falls into. Two things
 * are left to whoever makes the history: a command id must not be repeated after its dedup-window,
 * and clients must run one command at a time for their order to be checked.
 */
public final class HistoryChecker {
  private static final Duration DEADLINE_GRACE = Duration.ofSeconds(1);

  private final Duration presenceBound;
  private final boolean oneNode;

  /**
   * @param presenceBound how long a dead client may be called connected: ping-interval +
   *     ping-timeout and a margin for the threads of the test
   */
  public HistoryChecker(Duration presenceBound) {
    this(presenceBound, true);
  }

  private HistoryChecker(Duration presenceBound, boolean oneNode) {
    this.presenceBound = presenceBound;
    this.oneNode = oneNode;
  }

  /** For senders on several nodes: one may hear of its receipts later than another. */
  public HistoryChecker overNodes() {
    return new HistoryChecker(presenceBound, false);
  }

  /** What was not kept; empty for a good history. */
  public List<Violation> check(History history) {
    Chronicle chronicle = new Chronicle(history.events());
    List<Violation> violations = new ArrayList<>();
    EndsCheck.check(chronicle, DEADLINE_GRACE, violations);
    AnswerCheck.check(chronicle, violations);
    RunsOnceCheck.check(chronicle, violations);
    OrderCheck.check(chronicle, oneNode, violations);
    CertaintyCheck.check(chronicle, violations);
    PresenceCheck.check(chronicle, presenceBound, violations);
    AbsenceCheck.check(chronicle, violations);
    ReplacedCheck.check(chronicle, violations);
    return violations;
  }
}
