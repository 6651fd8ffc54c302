package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.command.ClientKey;

/**
 * One client of the run and its processes: mostly one, none for a while after it was killed, two
 * when a second takes over. Like a supervisor, it starts a new one when the last is gone.
 */
final class ChaosClient {
  private final ClientKey key;
  private final History history;
  private final ChaosTarget target;
  private final ScheduledExecutorService scheduler;
  private final Dice dice;
  private final List<ChaosProcess> alive = new ArrayList<>();
  private boolean starting;
  private boolean closed;
  private int started;
  private int reconnects;

  ChaosClient(
      ClientKey key,
      History history,
      ChaosTarget target,
      ScheduledExecutorService scheduler,
      Dice dice) {
    this.key = key;
    this.history = history;
    this.target = target;
    this.scheduler = scheduler;
    this.dice = dice;
  }

  ClientKey key() {
    return key;
  }

  String id() {
    return key.clientId();
  }

  /** The processes as they are now. */
  synchronized List<ChaosProcess> processes() {
    return List.copyOf(alive);
  }

  /** Whether exactly one process runs and no other is about to. */
  synchronized boolean isSettled() {
    return alive.size() == 1 && !starting;
  }

  synchronized int started() {
    return started;
  }

  synchronized int reconnects() {
    return reconnects + alive.stream().mapToInt(ChaosProcess::reconnects).sum();
  }

  /** Starts a process, next to whatever runs. */
  synchronized void start() {
    starting = false;
    if (closed) {
      return;
    }
    String name = id() + "#" + ++started;
    ChaosProcess process = new ChaosProcess(history, target, key, name, dice.seed());
    alive.add(process);
    process.gone().thenRun(() -> ended(process));
  }

  private synchronized void ended(ChaosProcess process) {
    alive.remove(process);
    reconnects += process.reconnects();
    if (alive.isEmpty() && !starting && !closed) {
      starting = true;
      Duration pause = dice.percent(30) ? Duration.ZERO : dice.millis(1, 1500);
      scheduler.schedule(this::start, pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Ends every process but the eldest. */
  void leaveOne() {
    processes().stream().skip(1).forEach(ChaosProcess::kill);
  }

  /** Ends everything for good. */
  void close() {
    List<ChaosProcess> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(alive);
    }
    left.forEach(ChaosProcess::kill);
  }
}
