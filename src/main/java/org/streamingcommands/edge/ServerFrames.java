package org.streamingcommands.edge;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.ServiceSettings;
import org.streamingcommands.connection.Welcome;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandCancel;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.grpc.v1.TokenRenewed;

/** Writes what the engine says as frames, but for commands; see {@link CommandFrame}. */
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

  static ServerFrame cancel(String commandId) {
    return ServerFrame.newBuilder()
        .setCancel(CommandCancel.newBuilder().setCommandId(commandId))
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
