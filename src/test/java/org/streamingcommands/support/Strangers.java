package org.streamingcommands.support;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;

/** Calls of a rpc that each send one message of any bytes. */
public final class Strangers {
  private static final MethodDescriptor.Marshaller<byte[]> RAW = new RawMarshaller();

  private Strangers() {}

  /**
   * Makes so many calls over one connection.
   *
   * @param messages by the number of the call; one of no bytes is not sent
   * @return how each ended
   */
  public static List<Status> call(
      InetSocketAddress to,
      MethodDescriptor<?, ?> rpc,
      int count,
      int atOnce,
      String token,
      IntFunction<byte[]> messages) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", to.getPort(), InsecureChannelCredentials.create())
            .directExecutor()
            .build();
    try {
      List<CompletableFuture<Status>> ends = new ArrayList<>();
      Semaphore turns = new Semaphore(atOnce);
      for (int i = 0; i < count; i++) {
        turns.acquireUninterruptibly();
        CompletableFuture<Status> end = call(channel, rpc, token, messages.apply(i));
        end.whenComplete((status, failure) -> turns.release());
        ends.add(end);
      }
      return ends.stream().map(TestNode::await).toList();
    } finally {
      channel.shutdownNow();
    }
  }

  private static CompletableFuture<Status> call(
      ManagedChannel channel, MethodDescriptor<?, ?> rpc, String token, byte[] message) {
    CompletableFuture<Status> ended = new CompletableFuture<>();
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    ClientCall<byte[], byte[]> call =
        channel.newCall(rpc.toBuilder(RAW, RAW).build(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        headers);
    call.request(1);
    if (message.length > 0) {
      call.sendMessage(message);
    }
    // Or the client would reset every call that ends, and be hung up on for that.
    call.halfClose();
    return ended;
  }

  /** How many ended with each code. */
  public static Map<Status.Code, Integer> codes(List<Status> ends) {
    Map<Status.Code, Integer> codes = new TreeMap<>();
    ends.forEach(end -> codes.merge(end.getCode(), 1, Integer::sum));
    return codes;
  }
}
