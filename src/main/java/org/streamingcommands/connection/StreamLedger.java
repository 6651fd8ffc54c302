package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Outcome;

/**
 * What a stream knows of its commands, kept while its entity may be lost without it: on another
 * node, or on its way to one. The next entity learns it with the stream's introduction. Bounded by
 * what an entity has in flight. Used under the session's lock.
 */
final class StreamLedger {
  /** And who may be told the result at once; null for nobody. */
  private final Map<String, @Nullable ReplyTo> sent = new LinkedHashMap<>();

  private final Set<String> received = new LinkedHashSet<>();
  private final Deque<Hello.Result> results = new ArrayDeque<>();
  private int carried;
  private long confirmed;

  void sent(String commandId, @Nullable ReplyTo answerTo) {
    sent.put(commandId, answerTo);
  }

  /** It was not, after all. */
  void unsent(String commandId) {
    sent.remove(commandId);
  }

  /** Whether the stream has it, or had it and keeps its result. */
  boolean has(String commandId) {
    return sent.containsKey(commandId)
        || received.contains(commandId)
        || results.stream().anyMatch(result -> result.commandId().equals(commandId));
  }

  /** The results that came since the entity took the stream in, after so many. */
  List<Hello.Result> resultsAfter(long count) {
    List<Hello.Result> all = new ArrayList<>(results);
    int known = (int) Math.max(0, Math.min(all.size(), count - confirmed));
    return all.subList(known, all.size());
  }

  void received(List<String> commandIds) {
    received.addAll(commandIds);
  }

  /**
   * @return who may be told at once; null for nobody
   */
  @Nullable ReplyTo result(String commandId, Outcome<Any> outcome) {
    received.remove(commandId);
    results.add(new Hello.Result(commandId, outcome));
    return sent.remove(commandId);
  }

  /** The entity took over so many results since it took the stream in. */
  void confirmed(long count) {
    while (confirmed < count && !results.isEmpty()) {
      confirmed++;
      results.remove();
    }
  }

  /** Whether every command that was sent has a result. */
  boolean isSettled() {
    return sent.isEmpty();
  }

  Set<String> sent() {
    return new LinkedHashSet<>(sent.keySet());
  }

  /**
   * The introduction to the next entity.
   *
   * @param limit results beyond it are told later, one by one
   */
  Hello carry(Hello hello, long epoch, FrameLimit limit) {
    List<Hello.Result> fitting = limit.fit(results);
    carried = fitting.size();
    return new Hello(
        hello.client(),
        hello.instanceId(),
        hello.labels(),
        hello.clientVersion(),
        epoch,
        new LinkedHashSet<>(received),
        fitting);
  }

  /** The next entity has what was carried; these results came meanwhile. */
  List<Hello.Result> attached() {
    for (; carried > 0 && !results.isEmpty(); carried--) {
      results.remove();
    }
    carried = 0;
    confirmed = 0;
    // Only the entity that allowed it knows who was told.
    sent.replaceAll((commandId, answerTo) -> null);
    return new ArrayList<>(results);
  }

  Set<String> received() {
    return received;
  }
}
