package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.grpc.v1.ClientInfo;
import org.streamingcommands.grpc.v1.WatchClientsRequest;
import org.streamingcommands.grpc.v1.WatchClientsResponse;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

@Timeout(60)
class WatchClientsTest {
  private static final int BUFFER = 50;
  private static final Map<String, String> EU = Map.of("zone", "eu");
  private static final Map<String, String> US = Map.of("zone", "us");

  private ApiNode api;

  @BeforeEach
  void start() {
    api = ApiNode.start("api.watch-buffer = " + BUFFER);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void thoseWhoAreConnectedComeFirstAndThenEveryChange() {
    connect("b", EU);
    EchoBot a = connect("a", US);
    StreamReader<WatchClientsRequest, WatchClientsResponse> watch = watch("");
    ClientInfo first = watch.next().getConnected();
    assertThat(first.getClientId()).isEqualTo("a");
    assertThat(first.getLabelsMap()).isEqualTo(US);
    assertThat(watch.next().getConnected().getClientId()).isEqualTo("b");
    assertThat(watch.next().getSnapshotEnd().getClients()).isEqualTo(2);

    try (ScriptedClient c = api.node.connect("c")) {
      assertThat(watch.next().getConnected().getClientId()).isEqualTo("c");
      a.leave();
      ClientInfo gone = watch.next().getDisconnected();
      assertThat(gone.getClientId()).isEqualTo("a");
      assertThat(gone.getSessionId()).isEqualTo(first.getSessionId());
      EchoBot b = connect("b", EU);
      assertThat(watch.next().getReplaced().getClientId()).isEqualTo("b");
      c.cut();
      assertThat(watch.next().getDisconnected().getClientId()).isEqualTo("c");
      b.leave();
      assertThat(watch.next().getDisconnected().getClientId()).isEqualTo("b");
    }
  }

  @Test
  void aSelectorWatchesOnlyWhomItChoosesAlsoWhenLabelsChange() {
    connect("a", EU);
    connect("b", US);
    StreamReader<WatchClientsRequest, WatchClientsResponse> watch = watch("zone=eu");
    assertThat(watch.next().getConnected().getClientId()).isEqualTo("a");
    assertThat(watch.next().getSnapshotEnd().getClients()).isEqualTo(1);
    connect("c", US);
    connect("d", EU);
    assertThat(watch.next().getConnected().getClientId()).isEqualTo("d");
    connect("a", US);
    assertThat(watch.next().getDisconnected().getClientId()).isEqualTo("a");
    connect("b", EU).leave();
    assertThat(watch.next().getConnected().getClientId()).isEqualTo("b");
    assertThat(watch.next().getDisconnected().getClientId()).isEqualTo("b");
    connect("d", EU);
    assertThat(watch.next().getReplaced().getClientId()).isEqualTo("d");
  }

  @Test
  void whoConnectsWhileAWatchBeginsIsToldOfExactlyOnce() {
    List<String> ids = IntStream.range(0, 40).mapToObj(i -> "c" + i).toList();
    CompletableFuture<Void> connecting =
        CompletableFuture.runAsync(() -> ids.forEach(id -> connect(id, EU)));
    List<StreamReader<WatchClientsRequest, WatchClientsResponse>> watches = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      watches.add(watch(""));
    }
    TestNode.await(connecting);
    connect("last", EU);
    for (StreamReader<WatchClientsRequest, WatchClientsResponse> watch : watches) {
      List<String> told = new ArrayList<>();
      for (String id = ""; !id.equals("last"); ) {
        WatchClientsResponse next = watch.next();
        id = next.getConnected().getClientId();
        if (next.hasConnected()) {
          told.add(id);
        } else {
          assertThat(next.getSnapshotEnd().getClients()).isEqualTo(told.size());
        }
      }
      assertThat(told).hasSize(41).containsAll(ids).doesNotHaveDuplicates();
    }
  }

  @Test
  void whoReadsTooSlowlyIsToldSoAndMissesNothingBefore() {
    StreamReader<WatchClientsRequest, WatchClientsResponse> watch = StreamReader.ofNothing();
    api.asyncCaller().watchClients(WatchClientsRequest.getDefaultInstance(), watch);
    // 8 KiB each: more than all windows on the way and the buffer hold.
    Map<String, String> labels = new HashMap<>();
    IntStream.range(0, 32).forEach(i -> labels.put("label" + i, "x".repeat(250)));
    for (int i = 0; i < 600; i++) {
      connect("c%03d".formatted(i), labels);
    }
    watch.readAll();
    Status end = watch.awaitEnd();
    assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(end.getDescription()).contains("read too slowly").contains("watch again");
    List<String> told =
        watch.rest().stream()
            .filter(WatchClientsResponse::hasConnected)
            .map(message -> message.getConnected().getClientId())
            .toList();
    assertThat(told)
        .hasSizeLessThan(600)
        .isEqualTo(IntStream.range(0, told.size()).mapToObj("c%03d"::formatted).toList());
  }

  @Test
  void aNodeThatStopsEndsTheWatch() {
    StreamReader<WatchClientsRequest, WatchClientsResponse> watch = watch("");
    assertThat(watch.next().hasSnapshotEnd()).isTrue();
    CompletableFuture<Void> stopped = api.api.stop().toCompletableFuture();
    assertThat(watch.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    TestNode.await(stopped);
  }

  @Test
  void aWrongSelectorIsRefusedWithItsPosition() {
    Status end = watch("zone in eu").awaitEnd();
    assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(end.getDescription()).isEqualTo("selector: cannot be read at 'in eu' (position 5)");
  }

  private EchoBot connect(String clientId, Map<String, String> labels) {
    return EchoBot.connect(api.node.connections(), clientId, labels);
  }

  private StreamReader<WatchClientsRequest, WatchClientsResponse> watch(String selector) {
    StreamReader<WatchClientsRequest, WatchClientsResponse> reader = StreamReader.ofAll();
    api.asyncCaller()
        .watchClients(WatchClientsRequest.newBuilder().setSelector(selector).build(), reader);
    return reader;
  }
}
