package org.streamingcommands.connection;

import java.time.Duration;
import java.util.Set;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Targets;
import org.streamingcommands.command.Waves;

/**
 * One command for many clients, and how to go about it.
 *
 * @param service the clients' service
 * @param targets who is meant
 * @param exclude who is not, by id
 * @param command goes to each of them; its deadline is the latest for all
 * @param timeout each client's own, counted from its send
 * @param waves in which steps, and when to stop
 * @param maxConcurrency how many may be under way at once
 */
public record FleetPlan(
    String service,
    Targets targets,
    Set<String> exclude,
    Command command,
    Duration timeout,
    Waves waves,
    int maxConcurrency) {
  /** Enough to keep a node busy, few enough not to flood it. */
  public static final int DEFAULT_CONCURRENCY = 256;

  public static final int MAX_CONCURRENCY = 10_000;

  /**
   * @throws IllegalArgumentException naming what is wrong
   */
  public FleetPlan {
    exclude = Set.copyOf(exclude);
    if (maxConcurrency < 1 || maxConcurrency > MAX_CONCURRENCY) {
      throw new IllegalArgumentException(
          "max_concurrency: must be 1 to %d, is %s"
              .formatted(MAX_CONCURRENCY, Integer.toUnsignedString(maxConcurrency)));
    }
  }
}
