package org.streamingcommands.command;

import com.google.protobuf.Any;
import java.time.Instant;
import java.util.Map;

/**
 * One protobuf message for one client, and how to treat it. Immutable.
 *
 * @param id unique for its client; the same id is the same command, sent again
 * @param payload the message
 * @param deadline when to give up
 * @param priority which commands leave the queue first
 * @param coalescingKey of the commands with one key in a client's queue only the newest stays;
 *     empty for none
 * @param headers travel to the client as they are
 */
public record Command(
    String id,
    Any payload,
    Instant deadline,
    Priority priority,
    String coalescingKey,
    Map<String, String> headers) {

  public Command {
    headers = Map.copyOf(headers);
  }

  /** The size that counts against a queue's bytes. */
  public int size() {
    int size = payload.getValue().size() + payload.getTypeUrl().length() + id.length();
    // Asked for several times a command, most of which have no headers to go over.
    if (!headers.isEmpty()) {
      for (Map.Entry<String, String> header : headers.entrySet()) {
        size += header.getKey().length() + header.getValue().length();
      }
    }
    return size + coalescingKey.length();
  }
}
