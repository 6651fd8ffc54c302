package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.connection.ConnectedClient;

/**
 * A seeded random run against one node: many clients, each process of them behind a link that
 * breaks in every way; several threads that send thousands of commands; and at the end the check of
 * every promise over what happened. The calling thread makes the faults.
 *
 * <p>The node's dedup-window must be longer than the run, and its pings as the settings say.
 */
public final class ChaosRun {
  private static final Duration LISTING_PAUSE = Duration.ofMillis(25);

  /** The longest deadline of a command, the second after it, and a cancel's timeout. */
  private static final Duration LAST_ENDS = Duration.ofSeconds(10);

  private final ChaosSettings settings;
  private final ChaosTarget target;
  private final History history = new History();
  private final Dice dice;
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(2);
  private final List<ChaosClient> clients = new ArrayList<>();
  private final List<Violation> violations = new ArrayList<>();
  private final Sends sends = new Sends();

  private ChaosRun(ChaosSettings settings, ChaosTarget target) {
    this.settings = settings;
    this.target = target;
    this.dice = new Dice(settings.seed());
  }

  /** Runs to the end; takes the settings' duration and a while. */
  public static ChaosReport run(ChaosSettings settings, ChaosTarget target) {
    return new ChaosRun(settings, target).run();
  }

  private ChaosReport run() {
    try (StallMeter stalls = new StallMeter(history)) {
      for (int i = 0; i < settings.clients(); i++) {
        ClientKey key = ClientKey.of(target.service(), "c" + i);
        clients.add(new ChaosClient(key, history, target, scheduler, dice.split()));
      }
      clients.forEach(ChaosClient::start);
      // The first commands shall find someone; from here on, they take their chances.
      until(Duration.ofSeconds(30), () -> target.connected().size() == clients.size());
      ChaosFaults faults = new ChaosFaults(clients, target, scheduler, dice.split());
      storm(faults);
      faults.healAll();
      Aftermath.check(clients, target, history, violations);
      RunningNodeCheck.check(new Chronicle(history.events()), violations);
      HistoryChecker checker = new HistoryChecker(settings.presenceBound());
      violations.addAll((target.isRemote() ? checker.fromAfar() : checker).check(history));
      return ChaosReport.of(settings, history, clients, faults, target, stalls, violations);
    } finally {
      clients.forEach(ChaosClient::close);
      scheduler.shutdownNow();
    }
  }

  private void storm(ChaosFaults faults) {
    scheduler.scheduleWithFixedDelay(
        this::list, 0, LISTING_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    ChaosSender.Recent recent = new ChaosSender.Recent();
    List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < settings.senders(); i++) {
      ChaosSender sender =
          new ChaosSender(
              "s" + i, settings, clients, target, history, scheduler, recent, sends, dice.split());
      senders.add(new Thread(sender));
    }
    senders.forEach(Thread::start);
    while (senders.stream().anyMatch(Thread::isAlive)) {
      faults.strike();
      // About three faults in flight for every ten clients.
      LockSupport.parkNanos(dice.millis(0, 4_000 / settings.clients()).toNanos());
    }
    until(LAST_ENDS, sends::isEmpty);
  }

  private void list() {
    long asked = History.now();
    Set<String> listed =
        target.connected().stream()
            .map(ConnectedClient::client)
            .map(ClientKey::clientId)
            .collect(Collectors.toSet());
    history.listed(asked, listed);
  }

  /** Waits for something of which no event tells. */
  static boolean until(Duration patience, BooleanSupplier condition) {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    return true;
  }
}
