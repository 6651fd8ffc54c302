package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import java.io.IOException;
import java.io.NotSerializableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.jspecify.annotations.Nullable;
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
  private final UsedTrunks trunks = new UsedTrunks();
  private final BlockingQueue<Runnable> elsewhere = new LinkedBlockingQueue<>();
  private Executor others = Runnable::run;
  private final NodePost post =
      new NodePost(
          "there",
          gateway.ref(),
          trunks,
          codec,
          new FrameLimit(1 << 20),
          task -> others.execute(task));
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

  // ---- over a trunk -------------------------------------------------------------------------

  /** Keeps what is written. */
  private static final class Written implements Trunk {
    final List<byte[]> batches = new CopyOnWriteArrayList<>();
    final ByteString key;

    Written(String key) {
      this.key = ByteString.copyFromUtf8(key);
    }

    @Override
    public ByteString key() {
      return key;
    }

    @Override
    public void write(byte[] batch) {
      batches.add(batch);
    }
  }

  private static Trunks only(@Nullable Trunk one) {
    return new Trunks() {
      @Override
      public @Nullable Trunk to(String node) {
        assertThat(node).isEqualTo("there");
        return one;
      }

      @Override
      public int count() {
        return one == null ? 0 : 1;
      }

      @Override
      public @Nullable TrunkOffer offerTo(String node) {
        return null;
      }

      @Override
      public void accept(TrunkOffer offer) {
        throw new AssertionError("nobody offers");
      }

      @Override
      public void begin(ByteString key) {
        throw new AssertionError("nobody begins");
      }

      @Override
      public void forget(String node) {
        throw new AssertionError("nobody goes");
      }
    };
  }

  private List<Object> written(Written trunk) throws IOException {
    List<Object> messages = new ArrayList<>();
    for (byte[] batch : trunk.batches) {
      messages.addAll(unpacked(BatchBytes.read(batch)));
    }
    return messages;
  }

  @Test
  void whereThereIsATrunkAllGoesOnItAfterWordOfItsBegin() throws IOException {
    post.tell(new Gateway.Confirmed(STREAM, 1));
    Written first = new Written("first");
    trunks.use(only(first));
    post.tell(new Gateway.Confirmed(STREAM, 2));
    post.tell(ENTITY, result("c3", 10));
    trunks.use(only(null));
    post.tell(new Gateway.Confirmed(STREAM, 4));
    Written second = new Written("second");
    trunks.use(only(second));
    post.tell(new Gateway.Confirmed(STREAM, 5));
    gateway.expectMessage(TestNode.PATIENCE, new Gateway.Confirmed(STREAM, 1));
    gateway.expectMessage(TestNode.PATIENCE, Gateway.Batch.beginning(first.key));
    gateway.expectMessage(TestNode.PATIENCE, new Gateway.Confirmed(STREAM, 4));
    gateway.expectMessage(TestNode.PATIENCE, Gateway.Batch.beginning(second.key));
    gateway.expectNoMessage(Duration.ZERO);
    assertThat(written(first)).containsExactly(new Gateway.Confirmed(STREAM, 2), result("c3", 10));
    assertThat(written(second)).containsExactly(new Gateway.Confirmed(STREAM, 5));
  }

  @Test
  void aThreadThatSpeaksAgainAtOnceLeavesThePackingToOthers() throws IOException {
    others = elsewhere::add;
    Written trunk = new Written("key");
    trunks.use(only(trunk));
    List<Object> said = new ArrayList<>();
    // However slow this machine is, some of them come soon after each other.
    while (elsewhere.isEmpty()) {
      said.add(new Gateway.Confirmed(STREAM, said.size()));
      post.tell((Gateway.Confirmed) said.get(said.size() - 1));
    }
    assertThat(written(trunk)).isEqualTo(said.subList(0, said.size() - 1));
    // Until then nobody else packs what comes, which is in order.
    said.add(new Gateway.Confirmed(STREAM, said.size()));
    post.tell((Gateway.Confirmed) said.get(said.size() - 1));
    assertThat(elsewhere).hasSize(1);
    elsewhere.remove().run();
    assertThat(written(trunk)).isEqualTo(said);
  }

  @Test
  void manyThreadsLoseNothingAndKeepTheirOrder() throws Exception {
    ExecutorService packers = Executors.newFixedThreadPool(2);
    others = packers;
    Written trunk = new Written("key");
    trunks.use(only(trunk));
    int each = 5_000;
    List<Thread> threads = new ArrayList<>();
    for (long t = 0; t < 4; t++) {
      long stream = t;
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  post.tell(new Gateway.Confirmed(new StreamRef("there", stream), i));
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    packers.shutdown();
    assertThat(packers.awaitTermination(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    long[] next = new long[4];
    for (Object message : written(trunk)) {
      Gateway.Confirmed confirmed = (Gateway.Confirmed) message;
      int stream = (int) confirmed.stream().id();
      assertThat(confirmed.results()).isEqualTo(next[stream]++);
    }
    assertThat(next).containsOnly(each);
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
