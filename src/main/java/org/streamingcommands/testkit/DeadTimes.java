package org.streamingcommands.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.testkit.HistoryEvent.LinkBroken;
import org.streamingcommands.testkit.HistoryEvent.LinkHealed;
import org.streamingcommands.testkit.HistoryEvent.OfClient;
import org.streamingcommands.testkit.HistoryEvent.ProcessEnded;
import org.streamingcommands.testkit.HistoryEvent.ProcessStarted;

/** When nothing that any process of a client said could reach the node. */
final class DeadTimes {
  /** From then until then; without an end while it lasts. */
  record Span(long from, @Nullable Long until) {
    boolean covers(long first, long last) {
      return from - first <= 0 && (until == null || until - last > 0);
    }
  }

  private final Map<String, List<Span>> byClient = new HashMap<>();

  DeadTimes(Chronicle chronicle) {
    chronicle.byClient.forEach((client, events) -> byClient.put(client, spans(events)));
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

  private static List<Span> spans(List<OfClient> events) {
    List<Span> spans = new ArrayList<>();
    Set<String> reachable = new HashSet<>();
    Long deadSince = null;
    for (OfClient event : events) {
      boolean known = true;
      if (event instanceof ProcessStarted started) {
        reachable.add(started.process());
      } else if (event instanceof LinkHealed healed) {
        reachable.add(healed.process());
      } else if (event instanceof LinkBroken broken) {
        reachable.remove(broken.process());
      } else if (event instanceof ProcessEnded ended) {
        reachable.remove(ended.process());
      } else {
        known = false;
      }
      if (known && reachable.isEmpty() && deadSince == null) {
        deadSince = event.nanos();
      } else if (!reachable.isEmpty() && deadSince != null) {
        spans.add(new Span(deadSince, event.nanos()));
        deadSince = null;
      }
    }
    if (deadSince != null) {
      spans.add(new Span(deadSince, null));
    }
    return spans;
  }
}
