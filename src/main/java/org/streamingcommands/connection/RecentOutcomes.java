package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Outcome;

/** How the client's last commands ended, bounded by age and count, so that an id runs once. */
final class RecentOutcomes {
  /** How a command ended, and what tells whether a later one of its id is the same. */
  record Ended(@Nullable Fingerprint fingerprint, Outcome<Any> outcome, long atMillis) {
    /** Where only the result came and never the command, any payload counts as the same. */
    boolean isOf(Any payload) {
      return fingerprint == null || fingerprint.equals(Fingerprint.of(payload));
    }
  }

  /** One of them with its command's id. */
  record Known(String commandId, Ended ended) {}

  private final long windowMillis;
  private final int maxCount;
  private final Map<String, Ended> byId = new LinkedHashMap<>();

  RecentOutcomes(long windowMillis, int maxCount) {
    this.windowMillis = windowMillis;
    this.maxCount = maxCount;
  }

  @Nullable Ended find(String commandId, long nowMillis) {
    Ended ended = byId.get(commandId);
    return ended == null || ended.atMillis() + windowMillis < nowMillis ? null : ended;
  }

  void add(PendingCommand command, Outcome<Any> outcome, long nowMillis) {
    add(
        command.command.id(),
        new Ended(Fingerprint.of(command.command.payload()), outcome, nowMillis),
        nowMillis);
  }

  /** A result of a command that another entity had sent. */
  void addResult(String commandId, Outcome<Any> outcome, long nowMillis) {
    if (find(commandId, nowMillis) == null) {
      add(commandId, new Ended(null, outcome, nowMillis), nowMillis);
    }
  }

  /** All of them, in the order of their end. */
  List<Known> all(long nowMillis) {
    prune(nowMillis);
    List<Known> all = new ArrayList<>(byId.size());
    byId.forEach((commandId, ended) -> all.add(new Known(commandId, ended)));
    return all;
  }

  /** What another entity knew; what ended here since is newer. */
  void inherit(List<Known> inherited, long nowMillis) {
    List<Known> own = all(nowMillis);
    byId.clear();
    inherited.forEach(known -> add(known.commandId(), known.ended(), nowMillis));
    own.forEach(known -> add(known.commandId(), known.ended(), nowMillis));
  }

  private void add(String commandId, Ended ended, long nowMillis) {
    byId.remove(commandId);
    byId.put(commandId, ended);
    if (byId.size() > maxCount) {
      removeEldest();
    }
    prune(nowMillis);
  }

  /** A result that came after the command was given up: it is the better answer from now on. */
  boolean correct(String commandId, Outcome<Any> late, long nowMillis) {
    Ended ended = find(commandId, nowMillis);
    if (ended == null || !(ended.outcome() instanceof Outcome.Undelivered<Any>)) {
      return false;
    }
    byId.replace(commandId, new Ended(ended.fingerprint(), late, ended.atMillis()));
    return true;
  }

  boolean isEmpty(long nowMillis) {
    prune(nowMillis);
    return byId.isEmpty();
  }

  /** In order of their end, so that the eldest come first. */
  private void prune(long nowMillis) {
    Iterator<Ended> eldestFirst = byId.values().iterator();
    while (eldestFirst.hasNext() && eldestFirst.next().atMillis() + windowMillis < nowMillis) {
      eldestFirst.remove();
    }
  }

  private void removeEldest() {
    Iterator<Ended> eldestFirst = byId.values().iterator();
    eldestFirst.next();
    eldestFirst.remove();
  }
}
