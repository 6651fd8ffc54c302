package org.streamingcommands.edge;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Names;
import org.streamingcommands.connection.Hello;
import org.streamingcommands.grpc.v1.CommandResult;

/** Turns a client's first frame into a hello, or says which field is wrong. */
final class HelloReader {
  private static final int MAX_TEXT = 100;

  private HelloReader() {}

  /**
   * @throws IllegalArgumentException naming the field that is wrong
   */
  static Hello read(org.streamingcommands.grpc.v1.Hello frame) {
    Optional<String> problem =
        Names.problemWithText("instance_id", frame.getInstanceId(), 0, MAX_TEXT)
            .or(
                () ->
                    Names.problemWithText("client_version", frame.getClientVersion(), 0, MAX_TEXT))
            .or(() -> Names.problemWithLabels("labels", frame.getLabelsMap()));
    if (problem.isPresent()) {
      throw new IllegalArgumentException(problem.get());
    }
    List<Hello.Result> results = new ArrayList<>(frame.getUnconfirmedResultsCount());
    for (CommandResult result : frame.getUnconfirmedResultsList()) {
      results.add(new Hello.Result(result.getCommandId(), ResultReader.read(result)));
    }
    // Kept for as long as the client is connected: what many say alike is kept once, and nothing of
    // the frame that it came in.
    return new Hello(
        ClientKey.of(frame.getService().intern(), frame.getClientId()),
        frame.getInstanceId(),
        labels(frame.getLabelsMap()),
        frame.getClientVersion().intern(),
        frame.getLastEpoch(),
        Set.copyOf(frame.getRunningCommandIdsList()),
        List.copyOf(results));
  }

  private static Map<String, String> labels(Map<String, String> said) {
    Map<String, String> labels = new LinkedHashMap<>();
    said.forEach((key, value) -> labels.put(key.intern(), value.intern()));
    return labels.isEmpty() ? Map.of() : Collections.unmodifiableMap(labels);
  }
}
