package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.WaveReport;

/**
 * One command on its way to many clients, wave by wave. Its steps wait here until they are taken,
 * and an outcome that nobody took keeps its place among the {@code maxConcurrency}: so one who
 * takes slowly slows the sending, and nothing grows beyond the list of ids. Thread-safe, without a
 * lock or a thread of its own: whoever brings news goes on with the work, one at a time.
 */
public final class FleetSend {
  private final Connections connections;
  private final Sender sender;
  private final FleetPlan plan;
  private final Consumer<FleetSend> wake;
  private final Queue<FleetStep> steps = new ConcurrentLinkedQueue<>();
  private final Queue<FleetStep.Ended> answers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger untaken = new AtomicInteger();
  private final AtomicInteger turns = new AtomicInteger();
  private volatile CompletableFuture<FleetTargets> targets = new CompletableFuture<>();
  private volatile boolean abandoned;
  private volatile boolean cancels;

  // Touched in a turn only.
  private final FleetTally tally = new FleetTally();

  /** Which send is whose, to abandon it by. */
  private final Map<String, Long> running = new HashMap<>();

  private @Nullable List<String> clientIds;
  private @Nullable NodeBatches batches;
  private int next;
  private int wave = -1;
  private int waveBegin;
  private int waveEnd;
  private int waveFailed;
  private boolean stopped;
  private boolean finished;

  /**
   * @param wake told that there are steps to {@link #poll}; from any thread, one call at a time,
   *     also when it was told before
   */
  public FleetSend(
      Connections connections, Sender sender, FleetPlan plan, Consumer<FleetSend> wake) {
    this.connections = connections;
    this.sender = sender;
    this.plan = plan;
    this.wake = wake;
  }

  /**
   * Sends, and tells each step as it comes.
   *
   * @param result gets the summary; cancelling it ends the sending
   * @param cancelOnAbandon whether that also cancels what runs
   */
  public static void tell(
      Connections connections,
      FleetPlan plan,
      FleetListener<Any> listener,
      CompletableFuture<FleetSummary> result,
      boolean cancelOnAbandon) {
    FleetTeller teller = new FleetTeller(listener, result);
    FleetSend send = new FleetSend(connections, Sender.LOCAL, plan, teller::drain);
    result.whenComplete(
        (summary, failure) -> {
          if (result.isCancelled()) {
            send.abandon(cancelOnAbandon);
          }
        });
    send.start();
  }

  /** Finds the targets and begins. Call it once. */
  public void start() {
    targets = FleetTargets.of(connections, plan);
    targets.thenRun(this::advance);
  }

  /** The next step, or null when there is none yet. One thread at a time. */
  public @Nullable FleetStep poll() {
    FleetStep step = steps.poll();
    if (step instanceof FleetStep.Ended) {
      untaken.decrementAndGet();
      advance();
    }
    return step;
  }

  /**
   * Nobody wants to know any more: nothing else is sent.
   *
   * @param cancel whether what runs is cancelled, where nobody else sent the same, or goes on
   */
  public void abandon(boolean cancel) {
    cancels = cancel;
    abandoned = true;
    advance();
  }

  /** Goes on as far as it can. A call during another, also from within, makes that one go on. */
  private void advance() {
    if (turns.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      turn();
      seen = turns.addAndGet(-seen);
    } while (seen != 0);
  }

  private void turn() {
    if (abandoned) {
      steps.clear();
      cancelRunning();
      return;
    }
    List<String> ids = clientIds;
    if (ids == null) {
      FleetTargets found = targets.getNow(null);
      if (found == null) {
        // The other nodes are being asked; their answer goes on with the work.
        return;
      }
      ids = found.clientIds();
      clientIds = ids;
      batches = connections.fleetRoutes().batches(found.entities());
      connections.fleetRoutes().announce(plan.command().payload());
      steps.add(new FleetStep.Started(plan.command().id(), ids.size(), found.silent()));
    }
    takeAnswers();
    while (!finished && isWaveOver()) {
      endWave();
      beginWave(ids.size());
    }
    while (!stopped && next < waveEnd && hasRoom() && !abandoned) {
      send(ids.get(next++));
    }
    if (batches != null) {
      batches.flush();
    }
    if (!steps.isEmpty()) {
      wake.accept(this);
    }
  }

  private void takeAnswers() {
    for (FleetStep.Ended answer = answers.poll(); answer != null; answer = answers.poll()) {
      running.remove(answer.clientId());
      tally.count(answer.outcome());
      if (!answer.outcome().isCompleted()) {
        waveFailed++;
        // At once, and not at the wave's end: those not reached yet are spared.
        stopped |= plan.waves().stopsAt(waveFailed, waveEnd - waveBegin);
      }
      untaken.incrementAndGet();
      steps.add(answer);
    }
  }

  private boolean isWaveOver() {
    return running.isEmpty() && (stopped || next == waveEnd);
  }

  private boolean hasRoom() {
    return running.size() + untaken.get() < plan.maxConcurrency();
  }

  private void endWave() {
    if (next > waveBegin) {
      steps.add(
          new FleetStep.WaveEnded(new WaveReport(wave + 1, next - waveBegin, waveFailed, stopped)));
    }
  }

  private void beginWave(int targets) {
    if (stopped || next == targets) {
      finished = true;
      steps.add(
          new FleetStep.Finished(tally.summary(plan.command().id(), targets, targets - next)));
      return;
    }
    wave++;
    waveBegin = next;
    waveEnd = plan.waves().end(wave, targets);
    waveFailed = 0;
  }

  private void send(String clientId) {
    long send =
        connections
            .requests()
            .send(
                sender,
                ClientKey.of(plan.service(), clientId),
                command(),
                false,
                outcome -> {
                  answers.add(new FleetStep.Ended(clientId, outcome));
                  advance();
                },
                batches);
    // Its outcome may be there already; it is taken after this turn at the earliest.
    running.put(clientId, send);
  }

  /** The same command, with this client's own deadline. */
  private Command command() {
    Command command = plan.command();
    Instant deadline = connections.clock().instant().plus(plan.timeout());
    return new Command(
        command.id(),
        command.payload(),
        deadline.isBefore(command.deadline()) ? deadline : command.deadline(),
        command.priority(),
        command.coalescingKey(),
        command.headers());
  }

  private void cancelRunning() {
    if (cancels) {
      running.values().forEach(connections::abandon);
    }
    running.clear();
  }
}
