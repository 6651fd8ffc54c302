package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.testkit.HistoryEvent.Ended;
import org.streamingcommands.testkit.HistoryEvent.Finished;
import org.streamingcommands.testkit.HistoryEvent.Listed;
import org.streamingcommands.testkit.HistoryEvent.OfClient;
import org.streamingcommands.testkit.HistoryEvent.OfCommand;
import org.streamingcommands.testkit.HistoryEvent.Receipted;
import org.streamingcommands.testkit.HistoryEvent.Sent;
import org.streamingcommands.testkit.HistoryEvent.Stalled;
import org.streamingcommands.testkit.HistoryEvent.Started;

/** A history put in order: what belongs to one command, to one client, to one send. */
final class Chronicle {
  /** Everything about one command id of one client. */
  static final class Life {
    final String client;
    final String commandId;
    final List<Sent> sends = new ArrayList<>(1);
    final List<Started> starts = new ArrayList<>(1);
    final List<Finished> finishes = new ArrayList<>(1);
    final List<OfCommand> all = new ArrayList<>();

    private Life(String client, String commandId) {
      this.client = client;
      this.commandId = commandId;
    }
  }

  private static final int MAX_TRAIL = 60;

  final List<HistoryEvent> events;
  final List<Life> lives = new ArrayList<>();
  final List<Listed> listings = new ArrayList<>();
  final Map<Long, List<Ended>> endsBySend = new HashMap<>();
  final Map<Long, List<Receipted>> receiptsBySend = new HashMap<>();
  final Map<String, List<OfClient>> byClient = new TreeMap<>();
  private final List<Stalled> stalls = new ArrayList<>();
  private final long origin;

  Chronicle(List<HistoryEvent> inOrder) {
    events = inOrder;
    origin = inOrder.isEmpty() ? 0 : inOrder.get(0).nanos();
    Map<String, Life> byId = new HashMap<>();
    for (HistoryEvent event : inOrder) {
      if (event instanceof OfCommand ofCommand) {
        String key = ofCommand.client() + '\n' + ofCommand.commandId();
        Life life = byId.get(key);
        if (life == null) {
          life = new Life(ofCommand.client(), ofCommand.commandId());
          byId.put(key, life);
          lives.add(life);
        }
        file(ofCommand, life);
      } else if (event instanceof OfClient ofClient) {
        byClient.computeIfAbsent(ofClient.client(), any -> new ArrayList<>()).add(ofClient);
      } else if (event instanceof Listed listed) {
        listings.add(listed);
      } else if (event instanceof Stalled stalled) {
        stalls.add(stalled);
      }
    }
  }

  private void file(OfCommand event, Life life) {
    life.all.add(event);
    if (event instanceof Sent sent) {
      life.sends.add(sent);
    } else if (event instanceof Started started) {
      life.starts.add(started);
    } else if (event instanceof Finished finished) {
      life.finishes.add(finished);
    } else if (event instanceof Ended ended) {
      endsBySend.computeIfAbsent(ended.send(), any -> new ArrayList<>(1)).add(ended);
    } else if (event instanceof Receipted receipted) {
      receiptsBySend.computeIfAbsent(receipted.send(), any -> new ArrayList<>(3)).add(receipted);
    }
  }

  /** The one outcome of a send; null when it has none. */
  @Nullable Ended end(Sent sent) {
    List<Ended> ends = endsBySend.get(sent.send());
    return ends == null ? null : ends.get(0);
  }

  List<Receipted> receipts(Sent sent) {
    return receiptsBySend.getOrDefault(sent.send(), List.of());
  }

  /** For how long of this time the machine stood still. */
  long stalledNanos(long from, long until) {
    long sum = 0;
    for (Stalled stalled : stalls) {
      long overlap = Math.min(until, stalled.untilNanos()) - Math.max(from, stalled.nanos());
      sum += Math.max(0, overlap);
    }
    return sum;
  }

  /** Everything about these commands, and what befell their client meanwhile. */
  List<String> trail(Life... lives) {
    List<HistoryEvent> about = new ArrayList<>();
    for (Life life : lives) {
      about.addAll(life.all);
    }
    about.sort(Comparator.comparingLong(event -> event.nanos() - origin));
    long from = about.get(0).nanos();
    long until = about.get(about.size() - 1).nanos();
    about.addAll(ofClient(lives[0].client, from - Duration.ofSeconds(2).toNanos(), until));
    return lines(about);
  }

  /** What befell a client until then. */
  List<String> trail(String client, long from, long until) {
    return lines(ofClient(client, from, until));
  }

  private List<OfClient> ofClient(String client, long from, long until) {
    Predicate<OfClient> meanwhile =
        event -> event.nanos() - from >= 0 && event.nanos() - until <= 0;
    return byClient.getOrDefault(client, List.of()).stream().filter(meanwhile).toList();
  }

  private List<String> lines(List<? extends HistoryEvent> about) {
    return about.stream()
        .sorted(Comparator.comparingLong(event -> event.nanos() - origin))
        .skip(Math.max(0, about.size() - MAX_TRAIL))
        .map(event -> "%9.3f ms  %s".formatted((event.nanos() - origin) / 1e6, event))
        .toList();
  }
}
