package org.streamingcommands.bench;

import java.io.IOException;
import java.time.Duration;

/** A contender at the start: who sends, and who answers. */
interface Seat {
  /** Beyond what an order takes by itself. */
  Duration PATIENCE = Duration.ofSeconds(60);

  /** Where its clients connect to, as they write it. */
  String edge();

  /** The process that its clients are in. */
  ChildProcess clients();

  /** The process that sends. */
  ChildProcess sender();

  /** Sees to it that at least so many clients are connected. */
  void connect(int count) throws IOException;

  /** Says in an order which clients are asked. */
  Line name(int count, Line order) throws IOException;

  /** What the sender's process holds and has used. */
  default Usage usage() throws IOException {
    return Usage.from(sender().order(Line.of("usage"), PATIENCE));
  }

  /** The same after a collection. */
  default Usage collected() throws IOException {
    return Usage.from(sender().order(Line.of("collect"), PATIENCE));
  }

  /**
   * Lets the sender do a measurement with so many of the clients.
   *
   * @param time how long it takes by itself
   */
  default Line measure(Line order, int count, Duration time) throws IOException {
    return sender().order(name(count, order).with("millis", time.toMillis()), time.plus(PATIENCE));
  }
}
