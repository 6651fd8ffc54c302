package org.streamingcommands.bench;

/** The clients of an MQTT broker: a connection each. */
public final class MqttClientsRole implements Role {
  @Override
  public String name() {
    return "mqtt-clients";
  }

  @Override
  public Worker start(String[] arguments, Line ready) {
    return new MqttClients();
  }
}
