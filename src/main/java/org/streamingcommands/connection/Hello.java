package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Names;
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

  /** Of what a client brings along, in any case. */
  private static final int LEAST_COMMANDS = 1_000;

  /** A client may still run what its senders gave up. */
  private static final int GIVEN_UP_FACTOR = 10;

  /**
   * What is wrong with the commands that it brings along, if anything: each is remembered, so
   * neither their ids nor their number may be the client's choice.
   */
  Optional<String> problem(ServiceSettings settings) {
    long most = Math.max(LEAST_COMMANDS, (long) GIVEN_UP_FACTOR * settings.maxInFlight());
    if (running.size() > most) {
      return tooMany("running_command_ids", most, running.size());
    }
    if (unconfirmed.size() > most) {
      return tooMany("unconfirmed_results", most, unconfirmed.size());
    }
    for (String id : running) {
      Optional<String> problem = problem("running_command_ids", id);
      if (problem.isPresent()) {
        return problem;
      }
    }
    for (Result result : unconfirmed) {
      Optional<String> problem = problem("unconfirmed_results.command_id", result.commandId());
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> problem(String field, String commandId) {
    return Names.problemWithText(field, commandId, 1, Names.MAX_COMMAND_ID);
  }

  private static Optional<String> tooMany(String field, long most, int count) {
    return Optional.of("%s: at most %d, are %d".formatted(field, most, count));
  }

  /** The hello of a client that has nothing to say but its name. */
  public static Hello of(ClientKey client) {
    return new Hello(client, "", Map.of(), "", 0, Set.of(), List.of());
  }
}
