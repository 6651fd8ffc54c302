package org.streamingcommands.node;

import com.typesafe.config.ConfigObject;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorSystem;
import org.streamingcommands.registry.StreamingServiceRegistry;
import org.streamingcommands.service.ClientService;

/** Registers the services under {@code streaming-commands.services}: clients dial the edge. */
final class ConfiguredServices {
  private ConfiguredServices() {}

  /**
   * @throws IllegalArgumentException naming the service and key that is wrong
   */
  static void register(ActorSystem<?> system, StreamingServiceRegistry registry) {
    ConfigObject services = system.settings().config().getObject("streaming-commands.services");
    for (String name : new TreeSet<>(services.keySet())) {
      registry.register(ClientService.builder(system, name).build());
    }
  }
}
