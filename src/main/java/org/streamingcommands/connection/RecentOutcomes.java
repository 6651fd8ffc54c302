package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.Instant;
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
  record Ended(
      @Nullable Fingerprint fingerprint, String typeUrl, Outcome<Any> outcome, long atMillis) {
    /** Where only the result came and never the command, any payload counts as the same. */
    boolean isOf(Any payload) {
      return fingerprint == null || fingerprint.equals(Fingerprint.of(payload));
    }
  }

  /** One of them with its command's id. */
  record Known(String commandId, Ended ended) {}

  /** Of what clients say, in a view of many. */
  private static final int MAX_TEXT = 200;

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
        new Ended(
            Fingerprint.of(command.command.payload()),
            command.command.payload().getTypeUrl(),
            outcome,
            nowMillis),
        nowMillis);
  }

  /** A result of a command that another entity had sent. */
  void addResult(String commandId, Outcome<Any> outcome, long nowMillis) {
    if (find(commandId, nowMillis) == null) {
      add(commandId, new Ended(null, "", outcome, nowMillis), nowMillis);
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
    byId.replace(
        commandId, new Ended(ended.fingerprint(), ended.typeUrl(), late, ended.atMillis()));
    return true;
  }

  /**
   * @param commandId of this one only, and whole; empty for the newest, without what they carry
   */
  List<ClientView.Ended> view(String commandId, long nowMillis) {
    if (!commandId.isEmpty()) {
      Ended ended = find(commandId, nowMillis);
      return ended == null ? List.of() : List.of(view(commandId, ended, ended.outcome()));
    }
    return byId.entrySet().stream()
        .skip(Math.max(0, byId.size() - ClientView.MOST))
        .filter(entry -> entry.getValue().atMillis() + windowMillis >= nowMillis)
        .map(entry -> view(entry.getKey(), entry.getValue(), bare(entry.getValue().outcome())))
        .toList();
  }

  private static ClientView.Ended view(String commandId, Ended ended, Outcome<Any> outcome) {
    return new ClientView.Ended(
        commandId, ended.typeUrl(), outcome, Instant.ofEpochMilli(ended.atMillis()));
  }

  private static Outcome<Any> bare(Outcome<Any> outcome) {
    if (outcome instanceof Outcome.Failed<Any> failed) {
      return new Outcome.Failed<>(
          cut(failed.code()), cut(failed.message()), Any.getDefaultInstance());
    }
    if (outcome instanceof Outcome.Cancelled<Any> cancelled) {
      return new Outcome.Cancelled<>(cut(cancelled.message()));
    }
    return outcome.map(result -> Any.getDefaultInstance());
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
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
