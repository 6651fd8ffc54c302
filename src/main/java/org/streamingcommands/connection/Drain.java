package org.streamingcommands.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes leave of a node's clients, in batches, so that the other nodes get them at a pace. Each of
 * a batch is given a delay of its own, up to the next batch. A client that has something to do is
 * left alone until it has done it, or until time is up. One per node, for once; it works on the
 * system's dispatcher, one step at a time.
 */
final class Drain {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);
  private static final Duration STEP = Duration.ofMillis(100);

  private final ActorSystem<?> system;
  private final LiveSessions sessions;
  private final DrainSettings settings;
  private final CompletableFuture<DrainReport> done = new CompletableFuture<>();

  // Of the steps, which follow one another.
  private long beganNanos;
  private double rate;
  private double allowance;
  private int told;
  private int interrupted;

  Drain(ActorSystem<?> system, LiveSessions sessions, DrainSettings settings) {
    this.system = system;
    this.sessions = sessions;
    this.settings = settings;
  }

  /** Begins; to be called once, when no hello is taken any more. */
  void start() {
    beganNanos = System.nanoTime();
    rate = settings.rate(sessions.size());
    log.info(
        "Draining: {} streams, {} goodbyes a second, at most {}",
        sessions.size(),
        Math.round(rate),
        settings.limit());
    step();
  }

  /** Completed when nobody is left; the same for everybody who asks. */
  CompletableFuture<DrainReport> done() {
    return done.copy();
  }

  private void step() {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - beganNanos);
    allowance += rate * STEP.toNanos() / 1e9;
    boolean isTimeUp = elapsed.compareTo(settings.limit()) >= 0;
    int room = isTimeUp ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, allowance);
    List<ClientSession> batch =
        batch(elapsed.compareTo(settings.inFlightTimeout()) >= 0 || isTimeUp, room);
    // What a step did not need is not saved up: a burst is what this is to prevent.
    allowance = batch.isEmpty() ? 0 : Math.min(allowance - batch.size(), 1);
    sayGoodbye(batch);
    if (sessions.size() == 0 || isTimeUp) {
      log.info("Drained: {} clients told, {} of them with commands to resume", told, interrupted);
      done.complete(new DrainReport(told, interrupted));
      return;
    }
    system.scheduler().scheduleOnce(STEP, this::step, system.executionContext());
  }

  /** Those with nothing to do first. */
  private List<ClientSession> batch(boolean evenBusy, int room) {
    List<ClientSession> idle = new ArrayList<>();
    List<ClientSession> busy = new ArrayList<>();
    sessions.forEach(session -> (session.isBusy() ? busy : idle).add(session));
    List<ClientSession> batch = new ArrayList<>(idle.subList(0, Math.min(room, idle.size())));
    if (evenBusy) {
      int left = Math.min(room - batch.size(), busy.size());
      interrupted += left;
      batch.addAll(busy.subList(0, left));
    }
    return batch;
  }

  private void sayGoodbye(List<ClientSession> batch) {
    for (int i = 0; i < batch.size(); i++) {
      ClientSession session = batch.get(i);
      told += session.client() == null ? 0 : 1;
      session.goodbye(
          new Goodbye(
              Goodbye.Cause.DRAINING,
              Duration.ofNanos((long) (i / rate * TimeUnit.SECONDS.toNanos(1))),
              "the node is stopping"));
    }
  }
}
