package org.streamingcommands.examples.bots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.examples.bots.BotWorld.get;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.examples.bots.v1.BotServiceGrpc;
import org.streamingcommands.examples.bots.v1.BotStatus;
import org.streamingcommands.examples.bots.v1.ConnectRequest;
import org.streamingcommands.examples.bots.v1.ConnectResponse;
import org.streamingcommands.examples.bots.v1.Pong;
import org.streamingcommands.examples.bots.v1.Register;
import org.streamingcommands.support.RawMarshaller;

/** The generated pekko-grpc handler over a real socket, dialled with grpc-java. */
@Timeout(120)
class BotServerTest {
  @TempDir static Path directory;
  private static BotWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = new BotWorld(directory);
  }

  @AfterAll
  static void stop() {
    world.close();
  }

  @Test
  void aBotThatConnectsAndItsReportsReachTheDatabase() throws Exception {
    Bot bot = world.dial("newcomer");
    bot.report(BotStatus.BOT_STATUS_RUNNING);
    // Callbacks come behind the welcome; the test's time-out ends the wait.
    Optional<BotStatus> status = Optional.empty();
    while (!status.equals(Optional.of(BotStatus.BOT_STATUS_RUNNING))) {
      status = get(world.store.status("newcomer"));
    }
    assertThat(world.server.service().activeConnections().get("newcomer").clientVersion())
        .isEqualTo("1");
  }

  @Test
  void aBotWhoseProcessDiesIsDisconnectedAndItsCommandEnds() throws Exception {
    Bot bot = world.connect("dies").temper(Bot.Temper.SILENT);
    var outcome = world.commands().start("dies");
    assertThat(bot.commands().take().hasStart()).isTrue();
    bot.close();
    // A second process of the bot comes: what the first one did is not known.
    Bot second = world.connect("dies");
    assertThat(get(outcome))
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered -> assertThat(undelivered.reason()).isEqualTo(Reason.CLIENT_RESTARTED));
    assertThat(get(world.commands().restart("dies")).isCompleted()).isTrue();
    assertThat(second.commands()).hasSize(1);
  }

  @Test
  void bytesThatAreNoMessageCostTheirOwnCallAndNoneBesideIt() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", world.port).usePlaintext().build();
    try {
      CompletableFuture<ConnectResponse> welcome = new CompletableFuture<>();
      CompletableFuture<ConnectResponse> pong = new CompletableFuture<>();
      CompletableFuture<Status> neighboursEnd = new CompletableFuture<>();
      StreamObserver<ConnectRequest> neighbour =
          BotServiceGrpc.newStub(channel)
              .connect(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ConnectResponse response) {
                      if (!welcome.complete(response) && response.hasCommand()) {
                        pong.complete(response);
                      }
                    }

                    @Override
                    public void onError(Throwable error) {
                      neighboursEnd.complete(Status.fromThrowable(error));
                    }

                    @Override
                    public void onCompleted() {
                      neighboursEnd.complete(Status.OK);
                    }
                  });
      neighbour.onNext(
          ConnectRequest.newBuilder()
              .setRegister(Register.newBuilder().setBotId("beside"))
              .build());
      get(welcome);

      for (byte[] bytes : new byte[][] {{(byte) 0xff, 1, 2}, new byte[5 << 20]}) {
        Status end = get(sendBytes(channel, bytes));
        assertThat(end.getCode())
            .isEqualTo(
                bytes.length == 3 ? Status.Code.INVALID_ARGUMENT : Status.Code.RESOURCE_EXHAUSTED);
      }

      assertThat(neighboursEnd).isNotDone();
      assertThat(world.server.service().isConnected("beside")).isTrue();
      world.commands().start("beside");
      assertThat(get(pong).getCommand().hasStart()).isTrue();
    } finally {
      channel.shutdownNow();
    }
  }

  private static CompletableFuture<Status> sendBytes(ManagedChannel channel, byte[] bytes) {
    MethodDescriptor.Marshaller<byte[]> raw = new RawMarshaller();
    CompletableFuture<Status> ended = new CompletableFuture<>();
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            BotServiceGrpc.getConnectMethod().toBuilder(raw, raw).build(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(bytes);
    return ended;
  }

  @Test
  void aBotThatLeavesEndsItsStreamInOrder() throws Exception {
    Bot bot = world.connect("leaves");
    bot.leave();
    assertThat(get(bot.ended())).isEqualTo("completed");
    assertThat(world.server.service().isConnected("leaves")).isFalse();
  }

  @Test
  void anOperatorsDisconnectTellsTheBotWhy() throws Exception {
    Bot bot = world.connect("dismissed");
    assertThat(get(world.server.service().disconnect("dismissed", "maintenance"))).isTrue();
    assertThat(get(bot.ended())).isEqualTo("maintenance");
  }

  @Test
  void aSecondConnectionTakesOverAndTheFirstIsTold() throws Exception {
    Bot first = world.connect("twice");
    Bot second = world.connect("twice");
    assertThat(get(first.ended())).isEqualTo("a newer connection took this one's place");
    first.close();
    assertThat(get(world.commands().start("twice")).isCompleted()).isTrue();
    assertThat(second.commands()).hasSize(1);
  }

  @Test
  void oneBadStreamDoesNotHurtAnotherOfTheSameConnection() throws Exception {
    ManagedChannel shared =
        NettyChannelBuilder.forAddress("127.0.0.1", world.port).usePlaintext().build();
    try {
      Ends good = new Ends(shared);
      good.send(register("good"));
      assertThat(get(good.first).hasWelcome()).isTrue();

      Ends tooEarly = new Ends(shared);
      tooEarly.send(ConnectRequest.newBuilder().setPong(Pong.getDefaultInstance()).build());
      assertThat(get(tooEarly.end).orElseThrow().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(get(tooEarly.end).orElseThrow().getDescription())
          .isEqualTo("register: must come first");

      Ends empty = new Ends(shared);
      empty.send(register("empty"));
      assertThat(get(empty.first).hasWelcome()).isTrue();
      empty.send(ConnectRequest.getDefaultInstance());
      assertThat(get(empty.end).orElseThrow().getDescription()).isEqualTo("message: must be set");

      assertThat(good.end).isNotDone();
      assertThat(get(world.server.service().disconnect("good", "enough"))).isTrue();
      assertThat(get(good.end)).isEmpty();
    } finally {
      shared.shutdownNow();
    }
  }

  private static ConnectRequest register(String botId) {
    return ConnectRequest.newBuilder().setRegister(Register.newBuilder().setBotId(botId)).build();
  }

  /** A stream by hand: its first message, and how it ended, empty for in order. */
  private static final class Ends implements StreamObserver<ConnectResponse> {
    final CompletableFuture<ConnectResponse> first = new CompletableFuture<>();
    final CompletableFuture<Optional<Status>> end = new CompletableFuture<>();
    private final StreamObserver<ConnectRequest> requests;

    Ends(ManagedChannel channel) {
      requests = BotServiceGrpc.newStub(channel).connect(this);
    }

    void send(ConnectRequest request) {
      requests.onNext(request);
    }

    @Override
    public void onNext(ConnectResponse response) {
      first.complete(response);
    }

    @Override
    public void onError(Throwable error) {
      Status status = Status.fromThrowable(error);
      first.completeExceptionally(error);
      end.complete(Optional.of(status));
    }

    @Override
    public void onCompleted() {
      end.complete(Optional.empty());
    }
  }
}
