package org.streamingcommands.command;

/**
 * Hears how a send to many clients goes on. Called on the engine's threads, one call at a time; the
 * next outcomes wait until it returns, so it should not block.
 *
 * @param <R> the type of the clients' answers
 */
@FunctionalInterface
public interface FleetListener<R> {
  /**
   * The targets are known. Comes first.
   *
   * @param commandId the one id of the command, the same for all clients
   * @param targets how many clients are meant
   */
  default void started(String commandId, int targets) {}

  /** What became of the command at one client; exactly once per client that was reached. */
  void outcome(String clientId, Outcome<R> outcome);

  /** Every client of a wave has its outcome. */
  default void waveEnded(WaveReport wave) {}
}
