package org.streamingcommands.agent;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.streamingcommands.grpc.FrameLogs;

/**
 * The edges that an agent may dial, and how. Every attempt has a channel of its own: it dials at
 * once, where a channel that failed would first wait by its own clock, and what is left of the one
 * before cannot disturb it. Guarded by its agent's lock.
 */
final class Endpoints {
  private final List<String> targets;
  private final Supplier<ChannelCredentials> credentials;
  private final UnaryOperator<NettyChannelBuilder> customizer;
  private final Duration connectTimeout;
  private final Duration keepAliveTime;
  private final Duration keepAliveTimeout;
  private int next;

  /**
   * @param first the index of the target to begin with
   */
  Endpoints(
      List<String> targets,
      int first,
      Supplier<ChannelCredentials> credentials,
      UnaryOperator<NettyChannelBuilder> customizer,
      Duration connectTimeout,
      Duration keepAliveTime,
      Duration keepAliveTimeout) {
    this.targets = List.copyOf(targets);
    this.next = first;
    this.credentials = credentials;
    this.customizer = customizer;
    this.connectTimeout = connectTimeout;
    this.keepAliveTime = keepAliveTime;
    this.keepAliveTimeout = keepAliveTimeout;
  }

  /** A channel to the next of the targets, in turn. */
  ManagedChannel next() {
    String target = targets.get(next);
    next = (next + 1) % targets.size();
    FrameLogs.keepOut();
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(target, credentials.get())
            // Frames are handled on the event loop: nothing there blocks.
            .directExecutor()
            .withOption(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(Integer.MAX_VALUE, connectTimeout.toMillis()))
            .keepAliveTime(keepAliveTime.toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(keepAliveTimeout.toNanos(), TimeUnit.NANOSECONDS);
    return customizer.apply(builder).build();
  }
}
