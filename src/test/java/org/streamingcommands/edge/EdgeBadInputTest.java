package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.RawMarshaller;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** Whatever a client sends costs its own stream at most; a bystander is asked after each try. */
class EdgeBadInputTest {
  private static TestNode node;
  private static ScriptedClient bystander;
  private ScriptedClient client;

  @BeforeAll
  static void start() {
    node = TestNode.start("connection.hello-timeout = 300 ms");
    bystander = node.connect("bystander");
  }

  @AfterAll
  static void stop() {
    bystander.close();
    node.close();
  }

  @BeforeEach
  void dial() {
    client = node.dial();
  }

  @AfterEach
  void theBystanderNoticedNothing() {
    client.close();
    String id = "ask-" + System.nanoTime();
    Heard heard = node.send("bystander", TestNode.command(id, "still there?"));
    assertThat(bystander.awaitCommand().getCommandId()).isEqualTo(id);
    bystander.complete(id, "yes");
    assertThat(heard.awaitOutcome().isCompleted()).isTrue();
  }

  @Test
  void aClientThatSaysNoHelloIsLetGo() {
    assertEnd(Status.Code.DEADLINE_EXCEEDED, "hello");
  }

  @Test
  void helloTwiceIsRefused() {
    client.hello(TestNode.SERVICE, "twice").awaitWelcome();
    client.hello(TestNode.SERVICE, "twice");
    assertEnd(Status.Code.INVALID_ARGUMENT, "hello");
  }

  @Test
  void anEmptyClientIdIsRefused() {
    client.hello(TestNode.SERVICE, "");
    assertEnd(Status.Code.INVALID_ARGUMENT, "client_id");
  }

  @Test
  void aClientIdOf300CharactersIsRefused() {
    client.hello(TestNode.SERVICE, "x".repeat(300));
    assertEnd(Status.Code.INVALID_ARGUMENT, "client_id");
  }

  @Test
  void aClientIdWithControlCharactersIsRefused() {
    client.hello(TestNode.SERVICE, "bell\u0007");
    assertEnd(Status.Code.INVALID_ARGUMENT, "client_id");
  }

  @ParameterizedTest
  @CsvSource({"'', service", "'a/b', service", "'bots ', service"})
  void aServiceNameThatBreaksItsRuleIsRefused(String service, String field) {
    client.hello(service, "someone");
    assertEnd(Status.Code.INVALID_ARGUMENT, field);
  }

  @Test
  void anUnknownServiceIsNotFound() {
    client.hello("no-such-service", "someone");
    assertEnd(Status.Code.NOT_FOUND, "no-such-service");
  }

  @Test
  void tooManyLabelsAreRefused() {
    Hello.Builder hello = Hello.newBuilder().setService(TestNode.SERVICE).setClientId("labels");
    for (int i = 0; i < 33; i++) {
      hello.putLabels("k" + i, "v");
    }
    client.hello(hello);
    assertEnd(Status.Code.INVALID_ARGUMENT, "labels");
  }

  @Test
  void anEpochThatWasNeverGivenOutIsRefused() {
    client.hello(
        Hello.newBuilder().setService(TestNode.SERVICE).setClientId("epoch").setLastEpoch(-1));
    assertEnd(Status.Code.INVALID_ARGUMENT, "last_epoch");
  }

  @ParameterizedTest
  @CsvSource({"101, 1", "0, 1", "10, 11000"})
  void commandsBroughtAlongAreHeldToTheRulesOfIdsAndABound(int length, int count) {
    for (String field : List.of("running_command_ids", "unconfirmed_results")) {
      Hello.Builder hello = Hello.newBuilder().setService(TestNode.SERVICE).setClientId("brings");
      for (int i = 0; i < count; i++) {
        String id = length == 0 ? "" : String.format("%0" + length + "d", i);
        if (field.startsWith("running")) {
          hello.addRunningCommandIds(id);
        } else {
          hello.addUnconfirmedResultsBuilder().setCommandId(id).getCancelledBuilder();
        }
      }
      try (ScriptedClient brings = node.dial()) {
        brings.hello(hello);
        Status status = brings.awaitEnd();
        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).startsWith(field);
      }
    }
  }

  @Test
  void aMessageBeforeHelloIsRefused() {
    client.complete("c1", "too early");
    assertEnd(Status.Code.INVALID_ARGUMENT, "hello");
  }

  @Test
  void aPongBeforeHelloIsRefused() {
    ClientFrame.Builder pong = ClientFrame.newBuilder();
    pong.getPongBuilder().setNonce(1);
    client.send(pong);
    assertEnd(Status.Code.INVALID_ARGUMENT, "hello");
  }

  @Test
  void anEventBeforeHelloIsRefused() {
    ClientFrame.Builder event = ClientFrame.newBuilder();
    event.getEventBuilder();
    client.send(event);
    assertEnd(Status.Code.INVALID_ARGUMENT, "hello");
  }

  @Test
  void aResultForAnUnknownCommandIsCountedAndIgnored() {
    client.hello(TestNode.SERVICE, "confused").awaitWelcome();
    long before = node.connections().counters().unknownResults.sum();
    client.complete("never-sent", "ok");
    // A command's round trip behind it shows that it was taken in.
    Heard heard = node.send("confused", TestNode.command("c1", "x"));
    client.awaitCommand();
    client.complete("c1", "ok");
    assertThat(heard.awaitOutcome().isCompleted()).isTrue();
    assertThat(node.connections().counters().unknownResults.sum()).isEqualTo(before + 1);
  }

  @Test
  void aResultOfNoKindIsRefused() {
    client.hello(TestNode.SERVICE, "kindless").awaitWelcome();
    ClientFrame.Builder frame = ClientFrame.newBuilder();
    frame.getResultBuilder().setCommandId("c1");
    client.send(frame);
    assertEnd(Status.Code.INVALID_ARGUMENT, "result.kind");
  }

  @Test
  void aFrameOfAnUnknownKindIsRefused() {
    client.hello(TestNode.SERVICE, "newer").awaitWelcome();
    UnknownFieldSet.Field field =
        UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.copyFromUtf8("?")).build();
    client.send(
        ClientFrame.newBuilder()
            .setUnknownFields(UnknownFieldSet.newBuilder().addField(99, field).build()));
    assertEnd(Status.Code.INVALID_ARGUMENT, "frame");
  }

  @Test
  void aFrameOverTheLimitIsRefusedBeforeTheHello() {
    client.hello(
        Hello.newBuilder()
            .setService(TestNode.SERVICE)
            .setClientId("large")
            .putLabels("k", "x".repeat(5 << 20)));
    assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void aFrameOverTheLimitIsRefusedAfterTheWelcome() {
    client.hello(TestNode.SERVICE, "large").awaitWelcome();
    client.complete("c1", "x".repeat(5 << 20));
    assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void garbageBytesAreRefused() throws Exception {
    MethodDescriptor.Marshaller<byte[]> raw = new RawMarshaller();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(node.edgeAddress()).usePlaintext().build();
    CompletableFuture<Status> ended = new CompletableFuture<>();
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            ClientStreamServiceGrpc.getConnectMethod().toBuilder(raw, raw).build(),
            CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(new byte[] {(byte) 0xff, (byte) 0xfe, 1, 2, 3});
    Status status = TestNode.await(ended);
    channel.shutdownNow();
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).contains("frame");
  }

  private void assertEnd(Status.Code code, String named) {
    Status status = client.awaitEnd();
    assertThat(status.getCode()).isEqualTo(code);
    assertThat(status.getDescription()).contains(named);
  }
}
