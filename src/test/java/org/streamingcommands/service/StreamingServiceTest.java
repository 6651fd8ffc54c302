package org.streamingcommands.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.grpc.GrpcServiceException;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.PingStrategy;
import org.streamingcommands.connection.Welcome;

@Timeout(120)
class StreamingServiceTest {
  private static SingleNode node;

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private StreamingService<String, String> service;

  @BeforeAll
  static void startNode() {
    node = new SingleNode();
  }

  @AfterAll
  static void stopNode() {
    node.close();
  }

  @BeforeEach
  void declareService(TestInfo test) {
    service = declared(builder(test.getTestMethod().orElseThrow().getName()).build());
  }

  private StreamingService.Builder<String, String> builder(String name) {
    return StreamingService.builder(node.system(), name, new LineProtocol())
        .onConnect(client -> told.add("connected " + client.client().clientId()))
        .onDisconnect((clientId, why) -> told.add("disconnected " + clientId))
        .onMessage((clientId, line) -> told.add(clientId + " says " + line))
        .onError((clientId, e) -> told.add(clientId + " error " + e.getMessage()));
  }

  private StreamingService<String, String> declared(StreamingService<String, String> built) {
    assertThat(node.connections().declare(built.entry())).isTrue();
    return built;
  }

  private LineClient connect(String clientId) throws Exception {
    LineClient client = LineClient.connect(node.system(), service, clientId);
    assertThat(nextTold()).isEqualTo("connected " + clientId);
    return client;
  }

  private String nextTold() throws InterruptedException {
    String next = told.poll(SingleNode.SECONDS, TimeUnit.SECONDS);
    assertThat(next).as("a callback").isNotNull();
    return next;
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(SingleNode.SECONDS, TimeUnit.SECONDS);
  }

  private static String answer(Outcome<Any> outcome) throws InvalidProtocolBufferException {
    return outcome.orElseThrow().unpack(StringValue.class).getValue();
  }

  // ---- commands -----------------------------------------------------------------------------

  @Test
  void aCommandReachesTheClientAndItsAnswerComesBack() throws Exception {
    LineClient client = connect("a");
    var outcome = service.sendToClient("a", StringValue.of("jump"));
    List<String> command = client.nextWords();
    assertThat(command).startsWith("run").endsWith("jump");
    client.say("done " + command.get(1) + " high");
    assertThat(answer(get(outcome))).isEqualTo("high");
  }

  @Test
  void aFailureOfTheClientIsAnOutcome() throws Exception {
    LineClient client = connect("a");
    var outcome = service.sendToClient("a", StringValue.of("jump"));
    client.say("failed " + client.nextWords().get(1) + " TOO_HIGH");
    assertThat(get(outcome)).isEqualTo(new Outcome.Failed<>("TOO_HIGH", "could not"));
  }

  @Test
  void aSendMayWaitForAReceiptOnly() throws Exception {
    LineClient client = connect("a");
    var sent = service.sendToClient("a", StringValue.of("jump"), Receipt.SENT);
    assertThat(get(sent).receipt()).contains(Receipt.SENT);

    var received = service.sendToClient("a", StringValue.of("run"), Receipt.RECEIVED);
    client.next();
    client.say("got " + client.nextWords().get(1));
    assertThat(get(received).receipt()).contains(Receipt.RECEIVED);
    assertThat(get(received).isReached()).isTrue();
  }

  @Test
  void aClientThatIsNotConnectedIsSaidToBeSo() throws Exception {
    Outcome<Any> outcome = get(service.sendToClient("nobody", StringValue.of("jump")));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered -> {
              assertThat(undelivered.reason()).isEqualTo(Reason.NOT_CONNECTED);
              assertThat(undelivered.certainty()).isEqualTo(Certainty.NOT_SENT);
            });
    var report = get(service.sendToClient("nobody", StringValue.of("jump"), Receipt.SENT));
    assertThat(report.isReached()).isFalse();
    assertThat(service.isConnected("nobody")).isFalse();
  }

  @Test
  void aCommandThatCannotBeWrittenEndsAloneAndNothingWasSent() throws Exception {
    LineClient client = connect("a");
    assertThat(get(service.sendToClient("a", StringValue.of("unwritable"))))
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered -> {
              assertThat(undelivered.reason()).isEqualTo(Reason.WRITE_FAILED);
              assertThat(undelivered.certainty()).isEqualTo(Certainty.NOT_SENT);
            });
    // A payload of another type cannot be unpacked.
    assertThat(get(service.sendToClient("a", Any.getDefaultInstance())))
        .isInstanceOf(Outcome.Undelivered.class);
    var outcome = service.sendToClient("a", StringValue.of("jump"));
    client.say("done " + client.nextWords().get(1) + " high");
    assertThat(answer(get(outcome))).isEqualTo("high");
  }

  @Test
  void aClientThatReadsNothingCostsItsQueueAndLosesNothing() throws Exception {
    LineClient client = connect("slow");
    int commands = 5 * ClientStreamStage.OUTBOX;
    List<CompletableFuture<Outcome<Any>>> outcomes = new ArrayList<>();
    for (int i = 0; i < commands; i++) {
      outcomes.add(service.sendToClient("slow", StringValue.of("n" + i)));
    }
    // Once the last is queued, the outbox is full: the rest waits in the engine.
    get(service.sendToClient("slow", StringValue.of("last"), Receipt.QUEUED));
    assertThat(service.activeConnections().get("slow").inFlight())
        .isBetween(ClientStreamStage.OUTBOX, ClientStreamStage.OUTBOX + 1);
    for (int i = 0; i < commands; i++) {
      List<String> command = client.nextWords();
      assertThat(command.get(2)).isEqualTo("n" + i);
      client.say("done " + command.get(1) + " " + i);
    }
    for (int i = 0; i < commands; i++) {
      assertThat(answer(get(outcomes.get(i)))).isEqualTo(String.valueOf(i));
    }
    assertThat(client.next()).endsWith("last");
  }

  @Test
  void aCancelReachesTheClientBehindItsCommand() throws Exception {
    LineClient client = connect("a");
    var command = service.command(StringValue.of("jump"));
    var outcome = service.sendToClient("a", command);
    assertThat(client.next()).startsWith("run");
    var cancel =
        node.connections()
            .cancel(ClientKey.of(service.name(), "a"), command.id(), Duration.ofSeconds(5));
    assertThat(client.next()).isEqualTo("cancel " + command.id());
    client.say("stopped " + command.id());
    assertThat(get(cancel).verdict()).isEqualTo(CancelResult.Verdict.CANCELLED);
    assertThat(get(outcome)).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void aBroadcastTellsEveryoneButTheExcludedAndGathersEveryOutcome() throws Exception {
    assertThat(get(service.broadcast(StringValue.of("jump"), Set.of()))).isEmpty();
    LineClient a = connect("a");
    LineClient b = connect("b");
    connect("c");
    CompletableFuture<Map<String, Outcome<Any>>> all =
        service.broadcast(StringValue.of("jump"), Set.of("c"));
    a.say("done " + a.nextWords().get(1) + " high");
    b.say("failed " + b.nextWords().get(1) + " TIRED");
    Map<String, Outcome<Any>> outcomes = get(all);
    assertThat(outcomes).containsOnlyKeys("a", "b");
    assertThat(answer(outcomes.get("a"))).isEqualTo("high");
    assertThat(outcomes.get("b")).isInstanceOf(Outcome.Failed.class);
  }

  // ---- callbacks ----------------------------------------------------------------------------

  @Test
  void messagesReachTheHandlerInOrderBetweenConnectAndDisconnect() throws Exception {
    LineClient client = connect("a");
    for (int i = 0; i < 100; i++) {
      client.say("say " + i);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(nextTold()).isEqualTo("a says say " + i);
    }
    client.up().sendComplete();
    assertThat(nextTold()).isEqualTo("disconnected a");
  }

  @Test
  void aCallbackThatThrowsIsToldToOnErrorAndHurtsNothingElse() throws Exception {
    service =
        declared(
            builder("throwing")
                .onMessage(
                    (clientId, line) -> {
                      throw new IllegalStateException(line);
                    })
                .build());
    LineClient client = connect("a");
    client.say("say boo").say("say boo again");
    assertThat(nextTold()).isEqualTo("a error say boo");
    assertThat(nextTold()).isEqualTo("a error say boo again");
    var outcome = service.sendToClient("a", StringValue.of("jump"));
    client.say("done " + client.nextWords().get(1) + " high");
    assertThat(answer(get(outcome))).isEqualTo("high");
  }

  @Test
  void aHandlerThatBlocksHoldsUpItsOwnClientsMessagesOnly() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    service =
        declared(
            builder("blocking")
                .onMessage(
                    (clientId, line) -> {
                      if (clientId.equals("slow")) {
                        awaitUnchecked(open);
                      }
                      told.add(clientId + " says " + line);
                    })
                .build());
    LineClient slow = connect("slow");
    LineClient quick = connect("quick");
    // The buffer takes so many, one more is on its way; sendNext itself waits for demand.
    for (int i = 0; i < ServiceCallbacks.MESSAGES; i++) {
      slow.say("say " + i);
    }
    quick.say("say hi");
    assertThat(nextTold()).isEqualTo("quick says say hi");
    // Commands go to both, also to the one whose messages wait.
    assertThat(get(service.sendToClient("slow", StringValue.of("jump"), Receipt.SENT)).isReached())
        .isTrue();
    var outcome = service.sendToClient("quick", StringValue.of("jump"));
    quick.say("done " + quick.nextWords().get(1) + " high");
    assertThat(answer(get(outcome))).isEqualTo("high");
    open.countDown();
    for (int i = 0; i < ServiceCallbacks.MESSAGES; i++) {
      assertThat(nextTold()).isEqualTo("slow says say " + i);
    }
    slow.say("say more");
    assertThat(nextTold()).isEqualTo("slow says say more");
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      assertThat(latch.await(SingleNode.SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFirstMessageThatIsNotOnlyAHelloIsHandledAfterTheConnect() throws Exception {
    StreamProtocol<String, String> talkative =
        new StreamProtocol<>() {
          @Override
          public String clientId(String first) {
            return first.split(":")[0];
          }

          @Override
          public Inbound read(String message) {
            return Inbound.Signal.MESSAGE;
          }

          @Override
          public String command(Delivery delivery) {
            return delivery.command().id();
          }
        };
    StreamingService<String, String> minimal =
        StreamingService.builder(node.system(), "minimal", talkative)
            .onConnect(client -> told.add("connected " + client.client().clientId()))
            .onMessage((clientId, line) -> told.add(clientId + " says " + line))
            .build();
    assertThat(minimal.entry().settings().pingStrategy()).isEqualTo(PingStrategy.DISABLED);
    declared(minimal);
    for (int i = 0; i < 50; i++) {
      LineClient client = LineClient.open(node.system(), minimal).say(i + ":23 C");
      assertThat(nextTold()).isEqualTo("connected " + i);
      assertThat(nextTold()).isEqualTo("%d says %d:23 C".formatted(i, i));
      client.down().cancel();
    }
  }

  @Test
  void whatTheProtocolThrowsInAControlFrameIsToldAndTheConversationGoesOn() throws Exception {
    StreamProtocol<String, String> clumsy =
        new StreamProtocol<>() {
          private final LineProtocol lines = new LineProtocol();

          @Override
          public String clientId(String first) {
            return lines.clientId(first);
          }

          @Override
          public Inbound read(String line) {
            return lines.read(line);
          }

          @Override
          public String command(Delivery delivery) throws InvalidProtocolBufferException {
            return lines.command(delivery);
          }

          @Override
          public Optional<String> welcome(Welcome welcome) {
            throw new IllegalStateException("no welcome");
          }
        };
    service =
        declared(
            StreamingService.builder(node.system(), "clumsy", clumsy)
                .onError((clientId, e) -> told.add(clientId + " error " + e.getMessage()))
                .build());
    LineClient client = LineClient.open(node.system(), service).say("hello a");
    assertThat(nextTold()).isEqualTo("a error no welcome");
    var outcome = service.sendToClient("a", StringValue.of("jump"));
    client.say("done " + client.nextWords().get(1) + " high");
    assertThat(answer(get(outcome))).isEqualTo("high");
    // It has no goodbye either; the status says the same.
    get(service.disconnect("a", "maintenance"));
    Status status = status(client.down().expectError());
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription()).isEqualTo("DISCONNECTED: maintenance");
  }

  // ---- how streams end ----------------------------------------------------------------------

  @Test
  void aStreamThatIsNeverMaterialisedRegistersNothing() {
    int before = node.connections().openStreams();
    assertThat(
            service.connect(
                Source.maybe().mapMaterializedValue(p -> NotUsed.notUsed()).map(o -> "hello a")))
        .isNotNull();
    assertThat(node.connections().openStreams()).isEqualTo(before);
  }

  @Test
  void aClientThatClosesItsEndIsDisconnectedAtOnce() throws Exception {
    LineClient client = connect("a");
    assertThat(service.isConnected("a")).isTrue();
    assertThat(service.activeConnections()).containsOnlyKeys("a");
    client.up().sendComplete();
    assertThat(nextTold()).isEqualTo("disconnected a");
    assertThat(service.isConnected("a")).isFalse();
    assertThat(service.activeConnections()).isEmpty();
    client.down().expectComplete();
    assertThat(get(service.sendToClient("a", StringValue.of("jump"))).isCompleted()).isFalse();
  }

  @Test
  void aClientThatCancelsIsDisconnectedAtOnce() throws Exception {
    LineClient client = connect("a");
    client.down().cancel();
    assertThat(nextTold()).isEqualTo("disconnected a");
    client.up().expectCancellation();
    assertThat(service.isConnected("a")).isFalse();
  }

  @Test
  void aClientWhoseWireBreaksIsDisconnectedAtOnce() throws Exception {
    LineClient client = connect("a");
    client.up().sendError(new IllegalStateException("cut"));
    assertThat(nextTold()).isEqualTo("disconnected a");
    assertThat(status(client.down().expectError()).getCode()).isEqualTo(Status.Code.CANCELLED);
  }

  @Test
  void aStreamWhoseMaterializerStopsIsDisconnected() throws Exception {
    Materializer materializer = Materializer.createMaterializer(node.system());
    service
        .connect(Source.single("hello a").concat(Source.maybe()))
        .runWith(Sink.ignore(), materializer);
    assertThat(nextTold()).isEqualTo("connected a");
    materializer.shutdown();
    assertThat(nextTold()).isEqualTo("disconnected a");
  }

  @Test
  void aClientThatSaysByeEndsItsCommandsAtOnce() throws Exception {
    LineClient client = connect("a");
    var outcome = service.sendToClient("a", StringValue.of("jump"));
    client.next();
    client.say("bye");
    assertThat(get(outcome))
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered -> assertThat(undelivered.reason()).isEqualTo(Reason.CONNECTION_LOST));
    client.down().expectComplete();
    assertThat(nextTold()).isEqualTo("disconnected a");
  }

  @Test
  void theNewerOfTwoConnectionsWinsAndTheOldOnesEndLeavesItAlone() throws Exception {
    LineClient older = connect("a");
    LineClient newer = LineClient.connect(node.system(), service, "a");
    assertThat(nextTold()).isEqualTo("disconnected a");
    assertThat(nextTold()).isEqualTo("connected a");
    assertThat(older.next()).isEqualTo("goodbye REPLACED");
    older.down().expectComplete();
    older.up().sendComplete();
    assertThat(service.isConnected("a")).isTrue();
    var outcome = service.sendToClient("a", StringValue.of("jump"));
    newer.say("done " + newer.nextWords().get(1) + " high");
    assertThat(answer(get(outcome))).isEqualTo("high");
  }

  @Test
  void disconnectSaysGoodbyeAndWhetherThereWasAConnection() throws Exception {
    LineClient client = connect("a");
    assertThat(get(service.disconnect("a", "maintenance"))).isTrue();
    assertThat(client.next()).isEqualTo("goodbye DISCONNECTED");
    client.down().expectComplete();
    assertThat(nextTold()).isEqualTo("disconnected a");
    assertThat(get(service.disconnect("a", "maintenance"))).isFalse();
  }

  @Test
  void whatComesInAfterTheGoodbyeIsDrainedAndIgnored() throws Exception {
    LineClient client = connect("a");
    get(service.disconnect("a", "maintenance"));
    assertThat(nextTold()).isEqualTo("disconnected a");
    for (int i = 0; i < 100; i++) {
      client.say("say " + i);
    }
    client.up().sendComplete();
    assertThat(client.next()).isEqualTo("goodbye DISCONNECTED");
    client.down().expectComplete();
    assertThat(told).isEmpty();
  }

  // ---- bad input ----------------------------------------------------------------------------

  @Test
  void aFirstMessageThatIsNoHelloIsNamed() {
    LineClient client = LineClient.open(node.system(), service).say("say hi");
    client.down().request(1);
    Status status = status(client.down().expectError());
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).isEqualTo("hello: must come first, was 'say hi'");
  }

  @Test
  void aClientIdThatBreaksItsRuleIsNamed() {
    LineClient client = LineClient.open(node.system(), service).say("hello " + "x".repeat(1000));
    client.down().request(1);
    assertThat(status(client.down().expectError()).getDescription()).startsWith("client_id: ");
  }

  @Test
  void aMessageThatBreaksTheProtocolEndsItsOwnStreamOnly() throws Exception {
    LineClient bad = connect("bad");
    LineClient good = connect("good");
    bad.say("nonsense");
    Status status = status(bad.down().expectError());
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).isEqualTo("line: 'nonsense' is not known");
    assertThat(nextTold()).isEqualTo("disconnected bad");
    var outcome = service.sendToClient("good", StringValue.of("jump"));
    good.say("done " + good.nextWords().get(1) + " high");
    assertThat(answer(get(outcome))).isEqualTo("high");
  }

  @Test
  void aServiceThatIsNotDeclaredIsNotFound() {
    StreamingService<String, String> undeclared = builder("undeclared").build();
    LineClient client = LineClient.open(node.system(), undeclared).say("hello a");
    client.down().request(1);
    assertThat(status(client.down().expectError()).getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  private static Status status(Throwable error) {
    assertThat(error).isInstanceOf(GrpcServiceException.class);
    return ((GrpcServiceException) error).status();
  }

  // ---- signs of life ------------------------------------------------------------------------

  @Test
  void aClientThatAnswersPingsStaysAndASilentOneIsGone() throws Exception {
    service =
        declared(
            builder("pinging")
                .setting("ping-interval", "50 ms")
                .setting("ping-timeout", "3 s")
                .build());
    LineClient client = connect("a");
    for (int i = 1; i <= 8; i++) {
      assertThat(client.next()).isEqualTo("ping " + i);
      client.say("pong");
    }
    assertThat(service.isConnected("a")).isTrue();
    // From here on it says nothing and is asked until its time is over.
    String line = client.next();
    while (line.startsWith("ping")) {
      line = client.next();
    }
    assertThat(line).isEqualTo("goodbye SILENT");
    assertThat(nextTold()).isEqualTo("disconnected a");
  }

  @Test
  void anInvalidServiceNameIsRefusedWhereItIsBuilt() {
    assertThat(catchThrowable(() -> builder("no spaces")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("service: ");
  }
}
