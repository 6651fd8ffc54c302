package org.streamingcommands.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.streamingcommands.command.Names;
import org.streamingcommands.command.Priority;

/**
 * How to treat one command. Immutable; start from {@link #defaults()}.
 *
 * @param commandId 1 to 100 characters, unique for the client; the same id is the same command and
 *     runs once. Empty: one is generated for each send
 * @param timeout when to give up, counted from the send; one that is not positive ends as TIMED_OUT
 *     at once, and one over a year counts as a year. Empty: call-timeout
 * @param priority which commands leave the client's queue first
 * @param coalescingKey of the commands with one key in a client's queue only the newest stays, the
 *     older ones end as SUPERSEDED; up to 255 characters, empty for none
 * @param headers travel to the client as they are: up to 32, keys of up to 63 and values of up to
 *     255 characters
 */
public record SendOptions(
    Optional<String> commandId,
    Optional<Duration> timeout,
    Priority priority,
    String coalescingKey,
    Map<String, String> headers) {

  private static final SendOptions DEFAULTS =
      new SendOptions(Optional.empty(), Optional.empty(), Priority.NORMAL, "", Map.of());

  public SendOptions {
    headers = Map.copyOf(headers);
  }

  public static SendOptions defaults() {
    return DEFAULTS;
  }

  public SendOptions withCommandId(String id) {
    return new SendOptions(Optional.of(id), timeout, priority, coalescingKey, headers);
  }

  public SendOptions withTimeout(Duration limit) {
    return new SendOptions(commandId, Optional.of(limit), priority, coalescingKey, headers);
  }

  public SendOptions withPriority(Priority order) {
    return new SendOptions(commandId, timeout, order, coalescingKey, headers);
  }

  public SendOptions withCoalescingKey(String key) {
    return new SendOptions(commandId, timeout, priority, key, headers);
  }

  /** With all of these in place of the headers so far. */
  public SendOptions withHeaders(Map<String, String> all) {
    return new SendOptions(commandId, timeout, priority, coalescingKey, all);
  }

  /** With one more header. */
  public SendOptions withHeader(String key, String value) {
    Map<String, String> all = new HashMap<>(headers);
    all.put(key, value);
    return withHeaders(all);
  }

  /** What is wrong with them, with the field's name. */
  Optional<String> problem() {
    return commandId
        .flatMap(Names::problemWithCommandId)
        .or(() -> Names.problemWithText("coalescing_key", coalescingKey, 0, Names.MAX_LABEL_VALUE))
        .or(() -> Names.problemWithLabels("headers", headers));
  }
}
