package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;

/**
 * What a client says of itself when it dials in.
 *
 * @param client who it is
 * @param instanceId names this process of the client; empty when it does not say, and then nothing
 *     is ever redelivered to it
 * @param labels what to find it by
 * @param clientVersion its software, for people
 * @param lastEpoch the epoch of its last welcome, 0 when there was none
 * @param running the commands that it has and has not finished
 * @param unconfirmed the results that it does not know to have arrived
 */
public record Hello(
    ClientKey client,
    String instanceId,
    Map<String, String> labels,
    String clientVersion,
    long lastEpoch,
    Set<String> running,
    List<Result> unconfirmed) {

  /** A result that came with a hello. */
  public record Result(String commandId, Outcome<Any> outcome) {}

  /** What stays true of it later: all but the commands it had at the time. */
  Hello introduction(long epoch) {
    return new Hello(client, instanceId, labels, clientVersion, epoch, Set.of(), List.of());
  }

  /** The hello of a client that has nothing to say but its name. */
  public static Hello of(ClientKey client) {
    return new Hello(client, "", Map.of(), "", 0, Set.of(), List.of());
  }
}
