package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Priority;
import org.streamingcommands.testkit.ChaosHandler.What;

/** One thread that sends: commands of every kind, some again, some cancelled, some in bursts. */
final class ChaosSender implements Runnable {
  private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(2);

  /** What may be sent again, by any sender. */
  static final class Recent {
    private static final int KEPT = 64;
    private final Deque<Parcel> parcels = new ArrayDeque<>();

    private synchronized void add(Parcel parcel) {
      parcels.add(parcel);
      if (parcels.size() > KEPT) {
        parcels.remove();
      }
    }

    private synchronized List<Parcel> within(Duration age) {
      long oldest = System.nanoTime() - age.toNanos();
      return parcels.stream().filter(parcel -> parcel.nanos() - oldest > 0).toList();
    }
  }

  private record Parcel(ChaosClient to, Command command, long nanos) {}

  private final String name;
  private final List<ChaosClient> clients;
  private final ChaosTarget target;
  private final History history;
  private final ScheduledExecutorService scheduler;
  private final Recent recent;
  private final Sends underWay;
  private final Dice dice;
  private final int commands;
  private final Duration duration;
  private final Duration repeatWithin;
  private int sent;

  ChaosSender(
      String name,
      ChaosSettings settings,
      List<ChaosClient> clients,
      ChaosTarget target,
      History history,
      ScheduledExecutorService scheduler,
      Recent recent,
      Sends underWay,
      Dice dice) {
    this.name = name;
    this.clients = clients;
    this.target = target;
    this.history = history;
    this.scheduler = scheduler;
    this.recent = recent;
    this.underWay = underWay;
    this.dice = dice;
    this.commands = settings.commands() / settings.senders();
    this.duration = settings.duration();
    this.repeatWithin = settings.repeatWithin();
  }

  @Override
  public void run() {
    Thread.currentThread().setName(name);
    long began = System.nanoTime();
    while (sent < commands) {
      sendSome();
      // As many as the time that passed asks for: a slow machine catches up.
      long due = began + duration.toNanos() / commands * sent;
      for (long left = 1; left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
  }

  private void sendSome() {
    // Some clients are busier than others.
    ChaosClient to = dice.percent(30) ? clients.get(dice.between(0, 2)) : dice.of(clients);
    int burst = dice.percent(3) ? dice.between(10, 60) : 1;
    for (int i = 0; i < burst; i++) {
      List<Parcel> earlier = dice.percent(8) ? recent.within(repeatWithin) : List.of();
      if (earlier.isEmpty()) {
        Parcel parcel = new Parcel(to, command(payload()), System.nanoTime());
        recent.add(parcel);
        send(parcel);
      } else {
        send(again(dice.of(earlier)));
      }
    }
  }

  private void send(Parcel parcel) {
    sent++;
    ChaosClient to = parcel.to();
    boolean steps = dice.percent(70);
    underWay.began();
    target.send(
        to.key(),
        parcel.command(),
        steps,
        history.sending(to.id(), parcel.command(), steps, outcome -> underWay.ended()));
    if (dice.percent(5)) {
      cancelSoon(parcel);
    }
  }

  private void cancelSoon(Parcel parcel) {
    String id = parcel.command().id();
    ChaosClient to = parcel.to();
    scheduler.schedule(
        () -> {
          history.note(to.id(), "cancel of '" + id + "'");
          target
              .cancel(to.key(), id, CANCEL_TIMEOUT)
              .thenAccept(
                  result -> history.note(to.id(), "cancel of '" + id + "': " + result.verdict()));
        },
        dice.between(0, 400),
        TimeUnit.MILLISECONDS);
  }

  private Parcel again(Parcel earlier) {
    Command former = earlier.command();
    Any payload = dice.percent(10) ? payload() : former.payload();
    Command command =
        new Command(
            former.id(),
            payload,
            deadline(),
            former.priority(),
            former.coalescingKey(),
            former.headers());
    return new Parcel(earlier.to(), command, earlier.nanos());
  }

  private Command command(Any payload) {
    return new Command(
        name + "-" + sent,
        payload,
        deadline(),
        dice.percent(20) ? Priority.HIGH : Priority.NORMAL,
        dice.percent(5) ? "key-" + dice.between(1, 3) : "",
        Map.of());
  }

  private Instant deadline() {
    return Instant.now().plus(dice.percent(30) ? dice.millis(200, 1000) : dice.millis(1000, 5000));
  }

  private Any payload() {
    int kind = dice.between(1, 100);
    int size = dice.between(1, 100);
    int padding =
        size <= 90 ? dice.between(0, 200) : dice.between(1_000, size <= 97 ? 10_000 : 150_000);
    if (kind <= 82) {
      return ChaosHandler.payload(What.ANSWER, 0, padding);
    } else if (kind <= 90) {
      return ChaosHandler.payload(What.PAUSE, dice.between(1, 30), padding);
    } else if (kind <= 92) {
      return ChaosHandler.payload(What.PAUSE, dice.between(200, 1500), padding);
    } else if (kind <= 95) {
      return ChaosHandler.payload(What.REPORT, 0, padding);
    } else if (kind <= 98) {
      return ChaosHandler.payload(What.FAIL, 0, padding);
    }
    return ChaosHandler.payload(What.OBEY, dice.between(10, 1500), padding);
  }
}
