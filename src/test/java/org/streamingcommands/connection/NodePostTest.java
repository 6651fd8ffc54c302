package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import java.io.NotSerializableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.support.TestNode;

/** What goes together to another node, and what becomes of it there. */
class NodePostTest {
  private static final ActorTestKit KIT =
      ActorTestKit.create("test", LossySerializer.CONFIG.withFallback(TestNode.config()));
  private static final StreamRef STREAM = new StreamRef("there", 1);
  private static final String ENTITY = "pekko://test/user/entity";

  private final TestProbe<Gateway.Message> gateway = KIT.createTestProbe();
  private final ClusterCodec codec = new ClusterCodec(KIT.system());
  private final NodePost post =
      new NodePost(gateway.ref(), codec, new FrameLimit(1 << 20), Runnable::run);
  private final ExecutorService loop = Executors.newSingleThreadExecutor();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @AfterEach
  void end() {
    loop.shutdownNow();
  }

  /** What is said on a stream's thread waits until that has done what it is at. */
  private void together(Runnable said) {
    loop.execute(
        () -> {
          StreamThread.settle(loop);
          StreamThread.afterwards(said);
        });
  }

  private static ClientConnection.Resulted result(String id, int bytes) {
    Any payload = Any.pack(BytesValue.of(ByteString.copyFrom(new byte[bytes])));
    return new ClientConnection.Resulted(STREAM, id, new Outcome.Completed<>(payload), 1);
  }

  private List<Object> unpacked(Gateway.Batch batch) throws NotSerializableException {
    List<Object> messages = new ArrayList<>();
    for (Gateway.Batch.Item item : batch.items()) {
      messages.add(codec.unpack(item));
    }
    return messages;
  }

  @Test
  void whatComesAboutTogetherGoesAsOneInItsOrder() throws NotSerializableException {
    together(
        () -> {
          post.tell(new Gateway.Confirmed(STREAM, 1));
          post.tell(ENTITY, result("c1", 10));
          post.tell(new Gateway.Confirmed(STREAM, 2));
        });
    Gateway.Batch batch = gateway.expectMessageClass(Gateway.Batch.class, TestNode.PATIENCE);
    assertThat(batch.items())
        .extracting(Gateway.Batch.Item::recipient)
        .containsExactly(Gateway.Batch.TO_GATEWAY, ENTITY, Gateway.Batch.TO_GATEWAY);
    assertThat(unpacked(batch))
        .containsExactly(
            new Gateway.Confirmed(STREAM, 1), result("c1", 10), new Gateway.Confirmed(STREAM, 2));
  }

  @Test
  void oneAloneForTheGatewayGoesAsItIs() {
    post.tell(new Gateway.Confirmed(STREAM, 1));
    gateway.expectMessage(TestNode.PATIENCE, new Gateway.Confirmed(STREAM, 1));
  }

  @Test
  void oneAloneForAnEntityPassesThroughTheGatewayToo() throws NotSerializableException {
    post.tell(ENTITY, result("c1", 10));
    Gateway.Batch batch = gateway.expectMessageClass(Gateway.Batch.class, TestNode.PATIENCE);
    assertThat(unpacked(batch)).containsExactly(result("c1", 10));
  }

  @Test
  void whatIsTooMuchForOneMessageGoesInSeveral() throws NotSerializableException {
    List<Object> said = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      // One of them is larger by itself than what goes together.
      said.add(result("c" + i, i == 5 ? 100_000 : 15_000));
    }
    together(() -> said.forEach(one -> post.tell(ENTITY, (ClientConnection.Resulted) one)));
    List<Object> heard = new ArrayList<>();
    int batches = 0;
    while (heard.size() < said.size()) {
      Gateway.Batch batch = gateway.expectMessageClass(Gateway.Batch.class, TestNode.PATIENCE);
      int bytes = batch.items().stream().mapToInt(Gateway.Batch.Item::size).sum();
      assertThat(batch.items().size() == 1 || bytes <= 64 << 10).isTrue();
      heard.addAll(unpacked(batch));
      batches++;
    }
    assertThat(heard).isEqualTo(said);
    assertThat(batches).isLessThan(said.size());
  }

  @Test
  void oneThatCannotBeWrittenCostsItselfOnly() throws NotSerializableException {
    CompletableFuture<Void> lost =
        LossySerializer.loseNext(
            message ->
                message instanceof ClientConnection.Resulted resulted
                    && resulted.commandId().equals("c2"));
    together(
        () -> {
          for (int i = 1; i <= 3; i++) {
            post.tell(ENTITY, result("c" + i, 10));
          }
        });
    TestNode.await(lost);
    Gateway.Batch batch = gateway.expectMessageClass(Gateway.Batch.class, TestNode.PATIENCE);
    assertThat(unpacked(batch)).containsExactly(result("c1", 10), result("c3", 10));
  }

  @Test
  void anItemThatCannotBeReadOverThereCostsItselfOnly() {
    try (TestNode node = TestNode.start()) {
      TestProbe<ClientConnection.Message> entity = TestProbe.create(node.system());
      ActorRefResolver refs = ActorRefResolver.get(node.system());
      ActorRef<Gateway.Message> there =
          refs.resolveActorRef(
              "pekko://%s/system/%s".formatted(node.system().name(), Gateway.NAME));
      String recipient = refs.toSerializationFormat(entity.ref());
      ByteString garbage = ByteString.copyFrom(new byte[] {1, 2, 3});
      there.tell(
          new Gateway.Batch(
              List.of(
                  codec.pack(recipient, result("c1", 10)),
                  new Gateway.Batch.Item(recipient, "of a newer version", garbage),
                  new Gateway.Batch.Item(recipient, "O", garbage),
                  // Not for an entity, whatever its recipient says.
                  codec.pack(recipient, new Gateway.Confirmed(STREAM, 1)),
                  codec.pack(recipient, result("c2", 10)))));
      entity.expectMessage(TestNode.PATIENCE, result("c1", 10));
      entity.expectMessage(TestNode.PATIENCE, result("c2", 10));
      entity.expectNoMessage(Duration.ZERO);
    }
  }
}
