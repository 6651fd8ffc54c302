package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes things go wrong, one after the other, and mends them after a while. */
final class ChaosFaults {
  private final List<ChaosClient> clients;
  private final ChaosTarget target;
  private final ScheduledExecutorService scheduler;
  private final Dice dice;
  private final Map<String, Integer> counts = new ConcurrentSkipListMap<>();

  /** A link has one lasting fault at a time, so that its healing is that fault's. */
  private final Set<ChaosProcess> broken = ConcurrentHashMap.newKeySet();

  ChaosFaults(
      List<ChaosClient> clients,
      ChaosTarget target,
      ScheduledExecutorService scheduler,
      Dice dice) {
    this.clients = clients;
    this.target = target;
    this.scheduler = scheduler;
    this.dice = dice;
  }

  Map<String, Integer> counts() {
    return counts;
  }

  /** One more thing goes wrong, for some client. */
  void strike() {
    ChaosClient client = dice.of(clients);
    List<ChaosProcess> processes = client.processes();
    ChaosProcess process = processes.isEmpty() ? null : dice.of(processes);
    int choice = dice.between(1, 100);
    int share = dice.between(1, 100);
    Duration lasting = share <= 50 ? dice.millis(20, 500) : dice.millis(500, 3000);
    if (process == null) {
      return;
    }
    if (choice <= 20) {
      cut(process, share);
    } else if (choice <= 30) {
      takeOver(client, processes);
    } else if (choice <= 36) {
      count("kill");
      process.kill();
    } else if (choice <= 39) {
      count("leave");
      process.leave();
    } else if (choice <= 42) {
      count("operator's disconnect");
      process.note("the operator disconnects the client");
      target.disconnect(client.key());
    } else if (broken.add(process)) {
      last(process, choice, lasting);
    }
  }

  private void cut(ChaosProcess process, int share) {
    if (share <= 70) {
      count("cut");
      process.note("cut");
      process.link().cut();
    } else {
      count("graceful cut");
      process.note("cut gracefully");
      process.link().cutGracefully();
    }
  }

  private void takeOver(ChaosClient client, List<ChaosProcess> processes) {
    if (processes.size() == 1) {
      count("takeover");
      client.start();
    }
  }

  private void last(ChaosProcess process, int choice, Duration lasting) {
    if (choice <= 55) {
      count("half-open");
      process.halfOpen();
    } else if (choice <= 60) {
      count("half-open to the server");
      process.halfOpenToServer();
    } else if (choice <= 65) {
      count("half-open to the client");
      process.halfOpenToClient();
    } else if (choice <= 73) {
      count("cut off");
      process.cutOff();
    } else if (choice <= 88) {
      count("delay");
      process.delay(dice.millis(5, 400));
    } else {
      count("throttle");
      process.throttle(dice.between(2_000, 100_000));
    }
    scheduler.schedule(() -> heal(process), lasting.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void heal(@Nullable ChaosProcess process) {
    if (process != null && broken.remove(process)) {
      process.heal();
    }
  }

  /** Mends everything. */
  void healAll() {
    broken.forEach(this::heal);
  }

  private void count(String fault) {
    counts.merge(fault, 1, Integer::sum);
  }
}
