package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

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
  private final boolean afar;
  private final Predicate<String> ordered;

  /**
   * @param presenceBound how long a dead client may be called connected: ping-interval +
   *     ping-timeout and a margin for the threads of the test
   */
  public HistoryChecker(Duration presenceBound) {
    this(presenceBound, true, false, sender -> true);
  }

  private HistoryChecker(
      Duration presenceBound, boolean oneNode, boolean afar, Predicate<String> ordered) {
    this.presenceBound = presenceBound;
    this.oneNode = oneNode;
    this.afar = afar;
    this.ordered = ordered;
  }

  /**
   * For senders on several nodes: one may hear of its receipts later than another.
   *
   * @param ordered the names of the senders whose way to the client's entity is always one; what
   *     another sends while it fails over may overtake what is still on the former way
   */
  public HistoryChecker overNodes(Predicate<String> ordered) {
    return new HistoryChecker(presenceBound, false, afar, ordered);
  }

  /**
   * For senders of another process: a command whose time was over before the way to a node took it
   * has timed out and was not sent, and whether its client is there was never asked.
   */
  public HistoryChecker fromAfar() {
    return new HistoryChecker(presenceBound, oneNode, true, ordered);
  }

  /** What was not kept; empty for a good history. */
  public List<Violation> check(History history) {
    Chronicle chronicle = new Chronicle(history.events());
    List<Violation> violations = new ArrayList<>();
    EndsCheck.check(chronicle, DEADLINE_GRACE, violations);
    AnswerCheck.check(chronicle, violations);
    RunsOnceCheck.check(chronicle, violations);
    OrderCheck.check(chronicle, oneNode, ordered, violations);
    if (oneNode) {
      PriorityCheck.check(chronicle, violations);
    }
    CertaintyCheck.check(chronicle, oneNode, violations);
    PresenceCheck.check(chronicle, presenceBound, afar, violations);
    AbsenceCheck.check(chronicle, violations);
    ReplacedCheck.check(chronicle, violations);
    return violations;
  }
}
