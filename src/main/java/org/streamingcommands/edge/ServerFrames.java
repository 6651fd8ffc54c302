package org.streamingcommands.edge;

import java.time.Duration;
import java.time.Instant;
import org.streamingcommands.command.Command;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.ServiceSettings;
import org.streamingcommands.connection.Welcome;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandCancel;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.grpc.v1.Ping;
import org.streamingcommands.grpc.v1.ServerFrame;

/** Writes what the engine says as frames. */
final class ServerFrames {
  private ServerFrames() {}

  static ServerFrame welcome(Welcome welcome, ServiceSettings settings, int maxFrameBytes) {
    return ServerFrame.newBuilder()
        .setWelcome(
            org.streamingcommands.grpc.v1.Welcome.newBuilder()
                .setSessionId(welcome.sessionId())
                .setEpoch(welcome.epoch())
                .setPingInterval(Wire.duration(settings.pingInterval()))
                .setPingTimeout(Wire.duration(settings.pingTimeout()))
                .setMaxFrameBytes(maxFrameBytes))
        .build();
  }

  static ServerFrame command(Delivery delivery) {
    Command command = delivery.command();
    CommandDelivery.Builder frame =
        CommandDelivery.newBuilder()
            .setCommandId(command.id())
            .setPayload(command.payload())
            .setDeadline(Wire.timestamp(command.deadline()))
            .setTimeLeft(Wire.duration(Duration.between(Instant.now(), command.deadline())))
            .setResultsConfirmed(delivery.resultsConfirmed())
            .setRedelivered(delivery.redelivered());
    // Asked for, an empty map costs as much as a full one.
    if (!command.headers().isEmpty()) {
      frame.putAllHeaders(command.headers());
    }
    return ServerFrame.newBuilder().setCommand(frame.build()).build();
  }

  static ServerFrame cancel(String commandId) {
    return ServerFrame.newBuilder()
        .setCancel(CommandCancel.newBuilder().setCommandId(commandId))
        .build();
  }

  static ServerFrame ping(long nonce, long resultsConfirmed) {
    return ServerFrame.newBuilder()
        .setPing(Ping.newBuilder().setNonce(nonce).setResultsConfirmed(resultsConfirmed))
        .build();
  }

  static ServerFrame goodbye(Goodbye goodbye) {
    return ServerFrame.newBuilder()
        .setGoodbye(
            org.streamingcommands.grpc.v1.Goodbye.newBuilder()
                .setReason(GoodbyeReason.valueOf("GOODBYE_REASON_" + goodbye.cause().name()))
                .setReconnectDelay(Wire.duration(goodbye.reconnectDelay()))
                .setMessage(goodbye.message()))
        .build();
  }
}
