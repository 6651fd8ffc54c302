package org.streamingcommands.client;

import java.util.Collection;
import java.util.Set;
import org.streamingcommands.command.Waves;

/**
 * How to go about a command for many clients. Immutable; start from {@link #defaults()}.
 *
 * @param command how to treat it at each client; its timeout counts for each from when it is sent
 *     to
 * @param exclude ids of clients that are left out
 * @param maxConcurrency how many clients may be under way at once: 1 to 10,000
 * @param waves in which steps, and when to stop
 * @param cancelOnAbandon whether cancelling the future also cancels the commands that run
 */
public record FleetOptions(
    SendOptions command,
    Set<String> exclude,
    int maxConcurrency,
    Waves waves,
    boolean cancelOnAbandon) {

  private static final FleetOptions DEFAULTS =
      new FleetOptions(SendOptions.defaults(), Set.of(), 256, Waves.none(), false);

  public FleetOptions {
    exclude = Set.copyOf(exclude);
  }

  /** One wave that no failure stops, 256 at once. */
  public static FleetOptions defaults() {
    return DEFAULTS;
  }

  public FleetOptions withCommand(SendOptions options) {
    return new FleetOptions(options, exclude, maxConcurrency, waves, cancelOnAbandon);
  }

  public FleetOptions withExclude(Collection<String> clientIds) {
    return new FleetOptions(command, Set.copyOf(clientIds), maxConcurrency, waves, cancelOnAbandon);
  }

  public FleetOptions withMaxConcurrency(int atOnce) {
    return new FleetOptions(command, exclude, atOnce, waves, cancelOnAbandon);
  }

  public FleetOptions withWaves(Waves plan) {
    return new FleetOptions(command, exclude, maxConcurrency, plan, cancelOnAbandon);
  }

  public FleetOptions withCancelOnAbandon() {
    return new FleetOptions(command, exclude, maxConcurrency, waves, true);
  }
}
