package org.streamingcommands.bench;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.concurrent.CompletableFuture;

/** Clients that answer every command with an empty message; the library shares its event loops. */
final class MqttClients implements Worker {
  private int connected;

  @Override
  public Line work(Line order) throws Exception {
    if (!order.word().equals("connect")) {
      throw new IllegalArgumentException("no such order: " + order.word());
    }
    while (connected < order.number("clients")) {
      connect(order.get("edge"), Sender.clientId(++connected));
    }
    return Line.of("done");
  }

  private static void connect(String broker, String id) throws Exception {
    CompletableFuture<MqttConnection> self = new CompletableFuture<>();
    self.complete(
        MqttConnection.open(
            broker,
            id,
            MqttConnection.COMMANDS + id,
            command -> self.thenAccept(connection -> connection.publish(answer(command)))));
  }

  private static Mqtt5Publish answer(Mqtt5Publish command) {
    return Mqtt5Publish.builder()
        .topic(command.getResponseTopic().orElseThrow())
        .qos(MqttQos.AT_MOST_ONCE)
        .correlationData(command.getCorrelationData().orElse(null))
        .build();
  }
}
