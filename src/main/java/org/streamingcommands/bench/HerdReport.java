package org.streamingcommands.bench;

import java.time.Duration;

/**
 * How the clients of a node that died came back.
 *
 * @param clients how many there were
 * @param fullPresence from the first that was lost until the last was connected
 * @param p50 how long half of them were away at most
 * @param p99 and all but one of a hundred
 * @param failedAccepts attempts that no node took in: refused, broken off, or without a connection
 *     in time
 * @param overloaded attempts that a node answered with goodbye(OVERLOADED)
 * @param waited attempts that a node took in and that were given up because the client's entity was
 *     not anywhere yet
 * @param failure what the first failed accept said
 */
public record HerdReport(
    int clients,
    Duration fullPresence,
    Duration p50,
    Duration p99,
    int failedAccepts,
    int overloaded,
    int waited,
    String failure) {

  static HerdReport of(int clients, Line line) {
    int failed = line.number("failed_accepts");
    return new HerdReport(
        clients,
        Duration.ofMillis(line.number("millis")),
        Duration.ofMillis(line.number("p50")),
        Duration.ofMillis(line.number("p99")),
        failed,
        line.number("OVERLOADED"),
        line.number("UNREACHABLE") - failed,
        line.get("failure"));
  }
}
