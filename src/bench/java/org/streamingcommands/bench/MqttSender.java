package org.streamingcommands.bench;

import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.streamingcommands.command.Outcome;

/** A message to a client's topic with a response topic; the answer comes with its number. */
final class MqttSender implements Sender {
  private static final Outcome<Empty> DONE = new Outcome.Completed<>(Empty.getDefaultInstance());

  private final ConcurrentHashMap<Long, CompletableFuture<Outcome<Empty>>> pending =
      new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();

  // Set before anything is asked.
  private MqttConnection connection;

  private MqttSender() {}

  static MqttSender connect(String broker) throws Exception {
    MqttSender sender = new MqttSender();
    sender.connection =
        MqttConnection.open(broker, "sender", MqttConnection.REPLIES, sender::heard);
    return sender;
  }

  private void heard(Mqtt5Publish reply) {
    reply
        .getCorrelationData()
        .map(data -> pending.remove(data.getLong(data.position())))
        .ifPresent(ask -> ask.complete(DONE));
  }

  @Override
  public Target to(String clientId, Duration timeout) {
    String topic = MqttConnection.COMMANDS + clientId;
    return command -> ask(topic, command, timeout);
  }

  private CompletableFuture<Outcome<Empty>> ask(
      String topic, BytesValue command, Duration timeout) {
    long number = numbers.incrementAndGet();
    CompletableFuture<Outcome<Empty>> answer = new CompletableFuture<>();
    pending.put(number, answer);
    ByteBuffer correlation = ByteBuffer.allocate(Long.BYTES).putLong(0, number);
    connection.publish(
        Mqtt5Publish.builder()
            .topic(topic)
            .qos(MqttQos.AT_MOST_ONCE)
            .payload(command.toByteArray())
            .responseTopic(MqttConnection.REPLIES)
            .correlationData(correlation)
            .build());
    return answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void forget() {
    pending.clear();
  }
}
