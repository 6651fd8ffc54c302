package org.streamingcommands.agent;

import java.util.Map;
import java.util.Optional;
import org.streamingcommands.command.Names;
import org.streamingcommands.grpc.v1.Hello;

/**
 * Who the agent says it is.
 *
 * @param instanceId the same for the life of the agent, another for every other one
 */
record Identity(
    String service,
    String clientId,
    String instanceId,
    Map<String, String> labels,
    String version) {

  private static final int MAX_VERSION = 100;

  Identity {
    labels = Map.copyOf(labels);
    Optional<String> problem =
        Names.problemWithService(service)
            .or(() -> Names.problemWithClientId(clientId))
            .or(() -> Names.problemWithText("version", version, 0, MAX_VERSION));
    if (problem.isEmpty()) {
      problem = Names.problemWithLabels("labels", labels);
    }
    problem.ifPresent(
        text -> {
          throw new IllegalArgumentException(text);
        });
  }

  Hello.Builder hello() {
    return Hello.newBuilder()
        .setService(service)
        .setClientId(clientId)
        .setInstanceId(instanceId)
        .putAllLabels(labels)
        .setClientVersion(version);
  }
}
