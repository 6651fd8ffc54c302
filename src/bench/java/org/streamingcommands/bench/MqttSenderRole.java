package org.streamingcommands.bench;

/** Asks by MQTT 5 request and response. */
public final class MqttSenderRole implements Role {
  @Override
  public String name() {
    return "mqtt";
  }

  @Override
  public Worker start(String[] arguments, Line ready) throws Exception {
    return new Senders(MqttSender.connect(arguments[0]));
  }
}
