package org.streamingcommands.client;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.credentials.Tls;

/** A channel to an api, and its failures in words. */
final class ApiChannel {
  /** Answers come from our own node; a large one must not end the stream that all share. */
  private static final int MAX_ANSWER_BYTES = 64 << 20;

  private ApiChannel() {}

  static ManagedChannel to(CommandClientSettings settings) {
    return builder(settings)
        // Answers are told on the event loop: a hop to another thread costs more than the answer.
        .directExecutor()
        // The link asks again by itself; gRPC's own retries would keep a copy of every message.
        .disableRetry()
        .keepAliveTime(settings.keepaliveTime().toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveTimeout(settings.keepaliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveWithoutCalls(false)
        .maxInboundMessageSize(Math.max(MAX_ANSWER_BYTES, settings.maxCommandBytes()))
        .build();
  }

  /**
   * A channel with nothing but what the settings say of address, TLS and token.
   *
   * @throws IllegalArgumentException naming the file that is wrong
   */
  static NettyChannelBuilder builder(CommandClientSettings settings) {
    ChannelCredentials transport =
        settings.tls().map(Tls::channelCredentials).orElseGet(InsecureChannelCredentials::create);
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(settings.host(), settings.port(), transport);
    settings.token().ifPresent(token -> builder.intercept(new TokenInterceptor(token)));
    return builder;
  }

  static String describe(Status status) {
    StringBuilder words = new StringBuilder(status.getCode().name());
    if (status.getDescription() != null) {
      words.append(": ").append(status.getDescription());
    }
    if (status.getCause() != null) {
      words.append(" (").append(status.getCause().getMessage()).append(')');
    }
    return words.toString();
  }
}
