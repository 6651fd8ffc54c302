package org.streamingcommands.examples.bots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.examples.bots.BotWorld.get;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.examples.bots.v1.BotStatus;

@Timeout(60)
class BotStoreTest {
  @TempDir Path directory;

  @Test
  void whatIsSavedIsThereAfterTheFileWasClosed() throws Exception {
    Path file = directory.resolve("bots");
    try (BotStore store = BotStore.open(file)) {
      assertThat(get(store.add("a"))).isTrue();
      assertThat(get(store.add("a"))).isFalse();
      get(store.report("a", BotStatus.BOT_STATUS_RUNNING));
      get(store.saveConfig("a", Map.of("speed", "1")));
    }
    try (BotStore store = BotStore.open(file)) {
      assertThat(get(store.status("a"))).contains(BotStatus.BOT_STATUS_RUNNING);
      assertThat(get(store.config("a"))).containsOnly(Map.entry("speed", "1"));
    }
  }

  @Test
  void aTransitionEndsOnlyWhereItStillGoesOn() throws Exception {
    try (BotStore store = BotStore.open(directory.resolve("bots"))) {
      get(store.add("a"));
      assertThat(get(store.begin("a", BotStatus.BOT_STATUS_STARTING)))
          .contains(BotStatus.BOT_STATUS_STOPPED);
      get(store.report("a", BotStatus.BOT_STATUS_ERROR));
      assertThat(get(store.end("a", BotStatus.BOT_STATUS_STARTING, BotStatus.BOT_STATUS_RUNNING)))
          .isFalse();
      assertThat(get(store.status("a"))).contains(BotStatus.BOT_STATUS_ERROR);
      assertThat(get(store.begin("nobody", BotStatus.BOT_STATUS_STARTING))).isEmpty();
    }
  }

  @Test
  void manyAtOnceWaitForAConnectionAndAllAreSaved() throws Exception {
    try (BotStore store = BotStore.open(directory.resolve("bots"))) {
      get(
          CompletableFuture.allOf(
              Stream.iterate(0, i -> i + 1)
                  .limit(200)
                  .map(i -> store.add("bot-" + i))
                  .toArray(CompletableFuture[]::new)));
      assertThat(get(store.status("bot-199"))).contains(BotStatus.BOT_STATUS_STOPPED);
    }
  }

  @Test
  void aConfigurationWithTextFromAnywhereIsSavedAsItIs() throws Exception {
    try (BotStore store = BotStore.open(directory.resolve("bots"))) {
      get(store.add("a"));
      Map<String, String> hostile = Map.of("'; DROP TABLE bots; --", "x' OR '1'='1");
      get(store.saveConfig("a", hostile));
      assertThat(get(store.config("a"))).isEqualTo(hostile);
    }
  }
}
