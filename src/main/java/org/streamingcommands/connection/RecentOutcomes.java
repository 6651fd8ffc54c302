package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Outcome;

/**
 * How the client's last commands ended, bounded by age, count and bytes, so that an id runs once.
 */
final class RecentOutcomes {
  /** How a command ended, and what tells whether a later one of its id is the same. */
  record Ended(
      @Nullable Fingerprint fingerprint, String typeUrl, Outcome<Any> outcome, long atMillis)
      implements ByteLog.Body {
    /** Where only the result came and never the command, any payload counts as the same. */
    boolean isOf(Any payload) {
      return fingerprint == null || fingerprint.equals(Fingerprint.of(payload));
    }

    @Override
    public void write(ByteBuffer to) {
      OutcomeBytes.write(this, to);
    }
  }

  /** One of them with its command's id. */
  record Known(String commandId, Ended ended) {}

  /** Of what clients say, in a view of many. */
  private static final int MAX_TEXT = 200;

  private final long windowMillis;
  private final ByteLog log;

  /**
   * Results that the client brought along and that nobody here waited for. Another entity may have
   * sent their commands, or nobody: they are kept apart, so that no client can crowd out of {@link
   * #log} what is known to have ended. Not before the first of them.
   */
  private @Nullable RecentOutcomes brought;

  /**
   * @param maxBytes one outcome alone may have more
   */
  RecentOutcomes(long windowMillis, int maxCount, int maxBytes) {
    this(windowMillis, new ByteLog(maxCount, maxBytes));
  }

  private RecentOutcomes(long windowMillis, ByteLog log) {
    this.windowMillis = windowMillis;
    this.log = log;
  }

  /** How it ended for sure, or else as the client says. */
  @Nullable Ended find(String commandId, long nowMillis) {
    Ended ended = findOwn(commandId, nowMillis);
    return ended == null && brought != null ? brought.findOwn(commandId, nowMillis) : ended;
  }

  private @Nullable Ended findOwn(String commandId, long nowMillis) {
    int entry = log.find(commandId);
    if (entry < 0) {
      return null;
    }
    long atMillis = log.atMillis(entry);
    return atMillis + windowMillis < nowMillis
        ? null
        : OutcomeBytes.read(log.body(entry), atMillis);
  }

  void add(PendingCommand command, Outcome<Any> outcome, long nowMillis) {
    Any payload = command.command.payload();
    Ended ended = new Ended(Fingerprint.of(payload), payload.getTypeUrl(), outcome, nowMillis);
    add(command.command.id(), ended, nowMillis);
  }

  /** A result of a command that another entity had sent. */
  void addResult(String commandId, Outcome<Any> outcome, long nowMillis) {
    if (findOwn(commandId, nowMillis) == null) {
      add(commandId, new Ended(null, "", outcome, nowMillis), nowMillis);
    }
  }

  /** A result that the client brought along and that nobody here waited for. */
  void bring(String commandId, Outcome<Any> outcome, long nowMillis) {
    if (findOwn(commandId, nowMillis) == null) {
      if (brought == null) {
        brought = new RecentOutcomes(windowMillis, log.anotherEmpty());
      }
      brought.addResult(commandId, outcome, nowMillis);
    }
  }

  /** All of them, those known for sure in the order of their end and last. */
  List<Known> all(long nowMillis) {
    List<Known> all = new ArrayList<>();
    if (brought != null) {
      all.addAll(brought.allOwn(nowMillis));
    }
    all.addAll(allOwn(nowMillis));
    return all;
  }

  private List<Known> allOwn(long nowMillis) {
    forgetOwn(nowMillis);
    List<Known> all = new ArrayList<>(log.count());
    log.forEach((id, at, body) -> all.add(new Known(id, OutcomeBytes.read(body, at))));
    return all;
  }

  /** What another entity knew; what ended here since is newer. */
  void inherit(List<Known> inherited, long nowMillis) {
    List<Known> own = allOwn(nowMillis);
    log.clear();
    inherited.forEach(known -> add(known.commandId(), known.ended(), nowMillis));
    own.forEach(known -> add(known.commandId(), known.ended(), nowMillis));
  }

  private void add(String commandId, Ended ended, long nowMillis) {
    log.forgetBefore(nowMillis - windowMillis);
    log.put(commandId, ended.atMillis(), OutcomeBytes.size(ended), ended);
  }

  /** A result that came after the command was given up: it is the better answer from now on. */
  boolean correct(String commandId, Outcome<Any> late, long nowMillis) {
    Ended ended = findOwn(commandId, nowMillis);
    if (ended == null || !(ended.outcome() instanceof Outcome.Undelivered<Any>)) {
      return false;
    }
    // Counted from its end still, though it is the last to go now.
    Ended corrected = new Ended(ended.fingerprint(), ended.typeUrl(), late, ended.atMillis());
    add(commandId, corrected, nowMillis);
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
    List<Known> known = allOwn(nowMillis);
    return known.subList(Math.max(0, known.size() - ClientView.MOST), known.size()).stream()
        .map(k -> view(k.commandId(), k.ended(), bare(k.ended().outcome())))
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
    forgetOwn(nowMillis);
    return log.count() == 0 && (brought == null || brought.isEmpty(nowMillis));
  }

  /** Whether anything is kept, be it out of the window by now. */
  boolean remembers() {
    return log.count() > 0 || brought != null && brought.log.count() > 0;
  }

  /** Lets go of what is out of the window, and of its memory. */
  void forget(long nowMillis) {
    forgetOwn(nowMillis);
    if (brought != null) {
      brought.forgetOwn(nowMillis);
    }
  }

  private void forgetOwn(long nowMillis) {
    log.forgetBefore(nowMillis - windowMillis);
    log.shrink();
  }
}
