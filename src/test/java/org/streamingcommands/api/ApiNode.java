package org.streamingcommands.api;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.SendCommandToClientRequest;
import org.streamingcommands.support.TestNode;

/** A node with an edge and an api, and callers of the api. */
final class ApiNode implements AutoCloseable {
  final TestNode node;
  final ApiServer api;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ManagedChannel channel;

  static ApiNode start(String... overrides) {
    return new ApiNode(TestNode.start(overrides));
  }

  private ApiNode(TestNode node) {
    this.node = node;
    ApiSettings settings =
        ApiSettings.from(node.system().settings().config().getConfig("streaming-commands.api"));
    api =
        TestNode.await(
            ApiServer.start(node.system(), settings, node.connections()).toCompletableFuture());
    channel = dial();
  }

  int port() {
    return api.address().getPort();
  }

  /** A connection of its own; closed with the node. */
  ManagedChannel dial() {
    ManagedChannel dialled =
        NettyChannelBuilder.forAddress(api.address())
            .usePlaintext()
            .directExecutor()
            .flowControlWindow(65_535)
            .maxInboundMessageSize(64 << 20)
            .build();
    channels.add(dialled);
    return dialled;
  }

  ManagedChannel channel() {
    return channel;
  }

  CommandServiceGrpc.CommandServiceBlockingStub caller() {
    return CommandServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** One whose calls carry no deadline. */
  CommandServiceGrpc.CommandServiceStub asyncCaller() {
    return CommandServiceGrpc.newStub(channel);
  }

  CommandServiceGrpc.CommandServiceFutureStub futureCaller() {
    return CommandServiceGrpc.newFutureStub(channel);
  }

  static CommandSpec.Builder command(String id) {
    return command(id, "start");
  }

  static CommandSpec.Builder command(String id, String text) {
    return CommandSpec.newBuilder()
        .setCommandId(id)
        .setPayload(Any.pack(StringValue.of(text)))
        .setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(30));
  }

  static SendCommandToClientRequest.Builder send(String clientId, CommandSpec.Builder command) {
    return SendCommandToClientRequest.newBuilder()
        .setService(TestNode.SERVICE)
        .setClientId(clientId)
        .setCommand(command);
  }

  static ErrorInfo errorInfo(StatusRuntimeException failure) throws Exception {
    com.google.rpc.Status details = StatusProto.fromThrowable(failure);
    if (details == null) {
      throw new AssertionError("no details", failure);
    }
    return details.getDetails(0).unpack(ErrorInfo.class);
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    TestNode.await(api.stop().toCompletableFuture());
    node.close();
  }
}
