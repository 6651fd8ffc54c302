package org.streamingcommands.bench;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A connection to the broker that listens to one topic. At most once (QoS 0), as NATS does it: the
 * fastest that there is.
 */
final class MqttConnection {
  /** Before a client's id. */
  static final String COMMANDS = Sender.SERVICE + "/commands/";

  static final String REPLIES = Sender.SERVICE + "/replies";

  private static final long PATIENCE_SECONDS = 20;

  private final Mqtt5AsyncClient client;

  private MqttConnection(Mqtt5AsyncClient client) {
    this.client = client;
  }

  /**
   * @param heard is told of every message, on the connection's event loop
   */
  static MqttConnection open(String broker, String id, String topic, Consumer<Mqtt5Publish> heard)
      throws Exception {
    URI address = URI.create("mqtt://" + broker);
    Mqtt5AsyncClient client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(id)
            .serverHost(address.getHost())
            .serverPort(address.getPort())
            .buildAsync();
    client.connect().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    client
        .subscribeWith()
        .topicFilter(topic)
        .qos(MqttQos.AT_MOST_ONCE)
        .callback(heard)
        .send()
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return new MqttConnection(client);
  }

  void publish(Mqtt5Publish message) {
    client.publish(message);
  }
}
