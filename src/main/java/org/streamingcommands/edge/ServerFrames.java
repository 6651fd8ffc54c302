package org.streamingcommands.edge;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Command;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.ServiceSettings;
import org.streamingcommands.connection.Welcome;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandBatch;
import org.streamingcommands.grpc.v1.CommandCancel;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.grpc.v1.Ping;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.grpc.v1.TokenRenewed;

/** Writes what the engine says as frames. */
final class ServerFrames {
  private ServerFrames() {}

  static ServerFrame welcome(
      Welcome welcome, ServiceSettings settings, int maxFrameBytes, @Nullable Instant validUntil) {
    var frame =
        org.streamingcommands.grpc.v1.Welcome.newBuilder()
            .setSessionId(welcome.sessionId())
            .setEpoch(welcome.epoch())
            .setPingInterval(Wire.duration(settings.pingInterval()))
            .setPingTimeout(Wire.duration(settings.pingTimeout()))
            .setMaxFrameBytes(maxFrameBytes)
            .setBatches(true);
    if (validUntil != null) {
      frame.setValidFor(timeUntil(validUntil));
    }
    return ServerFrame.newBuilder().setWelcome(frame).build();
  }

  static ServerFrame tokenRenewed(@Nullable Instant validUntil) {
    var frame = TokenRenewed.newBuilder();
    if (validUntil != null) {
      frame.setValidFor(timeUntil(validUntil));
    }
    return ServerFrame.newBuilder().setTokenRenewed(frame).build();
  }

  private static com.google.protobuf.Duration timeUntil(Instant end) {
    Duration left = Duration.between(Instant.now(), end);
    return Wire.duration(left.isNegative() ? Duration.ZERO : left);
  }

  static CommandDelivery delivery(Delivery delivery) {
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
    return frame.build();
  }

  static ServerFrame command(CommandDelivery command) {
    return ServerFrame.newBuilder().setCommand(command).build();
  }

  static ServerFrame commands(List<CommandDelivery> commands) {
    return ServerFrame.newBuilder()
        .setCommands(CommandBatch.newBuilder().addAllCommands(commands))
        .build();
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
