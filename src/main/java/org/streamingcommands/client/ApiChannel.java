package org.streamingcommands.client;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.grpc.FrameLogs;

/** A channel to an api, and its failures in words. */
final class ApiChannel {
  /** Answers come from our own node; a large one must not end the stream that all share. */
  private static final int MAX_ANSWER_BYTES = 64 << 20;

  private ApiChannel() {}

  /** Of the several addresses that a name may come to stand for, every process takes any. */
  private static final Map<String, ?> ANY_OF_A_NAME =
      Map.of(
          "loadBalancingConfig", List.of(Map.of("pick_first", Map.of("shuffleAddressList", true))));

  static ManagedChannel to(ApiTarget target, CommandClientSettings settings, EventLoop loop) {
    return builder(target, settings)
        .eventLoopGroup(loop)
        .channelType(ApiLoops.channelType())
        .defaultServiceConfig(ANY_OF_A_NAME)
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
   * A channel with nothing but what the settings say of TLS and token.
   *
   * @throws IllegalArgumentException naming the file that is wrong
   */
  static NettyChannelBuilder builder(ApiTarget target, CommandClientSettings settings) {
    ChannelCredentials transport =
        settings.tls().map(Tls::channelCredentials).orElseGet(InsecureChannelCredentials::create);
    FrameLogs.keepOut();
    NettyChannelBuilder builder = builder(target, transport);
    settings.token().ifPresent(token -> builder.intercept(new TokenInterceptor(token)));
    return builder;
  }

  private static NettyChannelBuilder builder(ApiTarget target, ChannelCredentials transport) {
    ApiAddress address = target.address();
    if (target.ip() == null) {
      return NettyChannelBuilder.forAddress(address.host(), address.port(), transport);
    }
    // A certificate is for the name, whichever of its addresses this is.
    return NettyChannelBuilder.forAddress(
            new InetSocketAddress(target.ip(), address.port()), transport)
        .overrideAuthority(address.toString());
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
