package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Priority;
import org.streamingcommands.testkit.ChaosHandler.What;

/** One thread that sends, at an even pace, until it is told to stop; some commands twice. */
final class ClusterSender implements Runnable {
  private record Parcel(ClusterClient to, Command command) {}

  private static final int KEPT = 32;

  private final String name;
  private final ClusterWay way;
  private final List<ClusterClient> clients;
  private final History history;
  private final Sends underWay;
  private final Dice dice;
  private final Duration timeout;
  private final Duration pause;
  private final List<Parcel> earlier = new ArrayList<>();
  private volatile boolean stopped;
  private int sent;

  ClusterSender(
      String name,
      ClusterWay way,
      ClusterSettings settings,
      List<ClusterClient> clients,
      History history,
      Sends underWay,
      Dice dice) {
    this.name = name;
    this.way = way;
    this.clients = clients;
    this.history = history;
    this.underWay = underWay;
    this.dice = dice;
    this.timeout = settings.timeout();
    this.pause = Duration.ofSeconds(settings.senders()).dividedBy(settings.perSecond());
  }

  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    Thread.currentThread().setName(name);
    long due = System.nanoTime();
    while (!stopped) {
      send(dice.percent(5) && !earlier.isEmpty() ? again() : next());
      due += pause.toNanos();
      // What a slow machine missed is not made up for: it would only slow it more.
      due = Math.max(due, System.nanoTime() - pause.toNanos());
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
  }

  private void send(Parcel parcel) {
    boolean steps = dice.percent(50);
    underWay.began();
    way.send(
        parcel.to().key(),
        parcel.command(),
        steps,
        history.sending(parcel.to().id(), parcel.command(), steps, outcome -> underWay.ended()));
  }

  private Parcel next() {
    ClusterClient to = dice.percent(30) ? clients.get(dice.between(0, 2)) : dice.of(clients);
    Parcel parcel = new Parcel(to, command(name + "-" + sent++, payload()));
    earlier.add(parcel);
    if (earlier.size() > KEPT) {
      earlier.remove(0);
    }
    return parcel;
  }

  private Parcel again() {
    Parcel former = dice.of(earlier);
    return new Parcel(former.to(), command(former.command().id(), former.command().payload()));
  }

  private Command command(String id, Any payload) {
    return new Command(id, payload, Instant.now().plus(timeout), Priority.NORMAL, "", Map.of());
  }

  private Any payload() {
    int kind = dice.between(1, 100);
    int padding = dice.percent(95) ? dice.between(0, 200) : dice.between(1_000, 100_000);
    if (kind <= 85) {
      return ChaosHandler.payload(What.ANSWER, 0, padding);
    } else if (kind <= 93) {
      return ChaosHandler.payload(What.PAUSE, dice.between(1, 30), padding);
    } else if (kind <= 95) {
      return ChaosHandler.payload(What.PAUSE, dice.between(200, 1500), padding);
    } else if (kind <= 98) {
      return ChaosHandler.payload(What.REPORT, 0, padding);
    }
    return ChaosHandler.payload(What.FAIL, 0, padding);
  }
}
