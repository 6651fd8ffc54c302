package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.testkit.HistoryEvent.Connected;
import org.streamingcommands.testkit.HistoryEvent.Disconnected;
import org.streamingcommands.testkit.HistoryEvent.LinkBroken;
import org.streamingcommands.testkit.HistoryEvent.LinkDisturbed;
import org.streamingcommands.testkit.HistoryEvent.LinkHealed;
import org.streamingcommands.testkit.HistoryEvent.OfClient;
import org.streamingcommands.testkit.HistoryEvent.ProcessEnded;
import org.streamingcommands.testkit.HistoryEvent.Replaced;

/** When a client was connected beyond doubt: a process of it says so, and its link is whole. */
final class LiveTimes {
  /** A whole link tells its process of a lost connection within this. */
  private static final Duration NEWS = Duration.ofMillis(1500);

  /** A link that was healed may still carry what was held back before. */
  private static final Duration SETTLES = Duration.ofSeconds(3);

  /** From then until then. */
  record Span(String process, long from, long until) {
    boolean covers(long first, long last) {
      return from - first < 0 && until - last > 0;
    }

    /** When the process would have heard of an end that came before this span's. */
    long heardBy() {
      return until + NEWS.toNanos();
    }
  }

  /** What is known of one process on the way through its events. */
  private static final class State {
    @Nullable Long connectedSince;
    boolean whole = true;
    long settled;
  }

  private final Map<String, List<Span>> byClient = new HashMap<>();

  LiveTimes(Chronicle chronicle) {
    long end =
        chronicle.events.isEmpty() ? 0 : chronicle.events.get(chronicle.events.size() - 1).nanos();
    chronicle.byClient.forEach((client, events) -> byClient.put(client, spans(events, end)));
  }

  /** The span that covers all of this time; null where there is none. */
  @Nullable Span around(String client, long first, long last) {
    for (Span span : byClient.getOrDefault(client, List.of())) {
      if (span.covers(first, last)) {
        return span;
      }
    }
    return null;
  }

  private static List<Span> spans(List<OfClient> events, long end) {
    List<Span> spans = new ArrayList<>();
    Map<String, State> processes = new HashMap<>();
    for (OfClient event : events) {
      if (event instanceof Connected connected) {
        State state = processes.computeIfAbsent(connected.process(), any -> new State());
        if (state.whole && event.nanos() - state.settled >= 0) {
          state.connectedSince = event.nanos();
        }
      } else if (event instanceof LinkHealed healed) {
        State state = processes.computeIfAbsent(healed.process(), any -> new State());
        state.whole = true;
        state.settled = event.nanos() + SETTLES.toNanos();
      } else if (event instanceof LinkBroken broken) {
        ends(broken.process(), event.nanos(), processes, spans).whole = false;
      } else if (event instanceof LinkDisturbed disturbed) {
        ends(disturbed.process(), event.nanos(), processes, spans).whole = false;
      } else if (event instanceof Disconnected disconnected) {
        ends(disconnected.process(), event.nanos(), processes, spans);
      } else if (event instanceof Replaced replaced) {
        ends(replaced.process(), event.nanos(), processes, spans);
      } else if (event instanceof ProcessEnded ended) {
        ends(ended.process(), event.nanos(), processes, spans);
      }
    }
    List.copyOf(processes.keySet()).forEach(process -> ends(process, end, processes, spans));
    return spans;
  }

  private static State ends(
      String process, long nanos, Map<String, State> processes, List<Span> spans) {
    State state = processes.computeIfAbsent(process, any -> new State());
    if (state.connectedSince != null) {
      spans.add(new Span(process, state.connectedSince, nanos - NEWS.toNanos()));
      state.connectedSince = null;
    }
    return state;
  }
}
