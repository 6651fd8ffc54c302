package org.streamingcommands.bench;

import java.io.IOException;
import java.util.Optional;

/** The contenders that others made: whether they can be had here, and how they start. */
final class Rivals {
  private static final String NATS_SENDER = "nats";
  private static final String NATS_CLIENTS = "nats-clients";
  private static final String MQTT_BROKER = "mqtt-broker";
  private static final String MQTT_SENDER = "mqtt";
  private static final String MQTT_CLIENTS = "mqtt-clients";
  private static final String NO_LIBRARY =
      "its libraries are not on the class path; build with -Pbench";

  private Rivals() {}

  /** Why a contender cannot take part; empty where it can. */
  static Optional<String> missing(Contender contender) {
    return switch (contender) {
      case NATS -> missingNats();
      case MQTT -> without(MQTT_BROKER);
      default -> Optional.empty();
    };
  }

  private static Optional<String> missingNats() {
    Optional<String> missing = without(NATS_SENDER);
    return missing.isEmpty() && NatsServer.program().isEmpty()
        ? Optional.of(NatsServer.PROGRAM + " is not on the PATH")
        : missing;
  }

  private static Optional<String> without(String role) {
    return Role.find(role).isPresent() ? Optional.empty() : Optional.of(NO_LIBRARY);
  }

  static Seat nats(Processes processes) throws IOException {
    String address = processes.add(NatsServer.start()).address();
    return new PlainSeat(
        processes.start(NATS_SENDER, address), processes.start(NATS_CLIENTS), address);
  }

  static Seat mqtt(Processes processes) throws IOException {
    String address = processes.start(MQTT_BROKER).ready().get("edge");
    return new PlainSeat(
        processes.start(MQTT_SENDER, address), processes.start(MQTT_CLIENTS), address);
  }
}
