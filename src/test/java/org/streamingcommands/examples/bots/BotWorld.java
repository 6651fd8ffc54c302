package org.streamingcommands.examples.bots;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.examples.bots.v1.BotStatus;
import org.streamingcommands.service.SingleNode;

/** A node, the bots' listener on a free port, and a database file. */
final class BotWorld implements AutoCloseable {
  private final SingleNode node = new SingleNode();
  private final List<Bot> bots = new ArrayList<>();
  final BotStore store;
  final BotServer server;
  final int port;

  BotWorld(Path directory) throws Exception {
    store = BotStore.open(directory.resolve("bots"));
    server = new BotServer(node.system(), store);
    assertThat(node.connections().declare(server.service().entry())).isTrue();
    port = get(server.bind("127.0.0.1", 0)).localAddress().getPort();
  }

  BotCommands commands() {
    return commands(Duration.ofSeconds(SingleNode.SECONDS));
  }

  BotCommands commands(Duration timeout) {
    BotLink link =
        BotLink.through(
            id -> StreamingCommandClient.forClient(node.system(), BotServer.NAME, id), timeout);
    return new BotCommands(link, store);
  }

  /** A bot that is connected and known to the database. */
  Bot connect(String botId) throws Exception {
    get(store.add(botId));
    return dial(botId);
  }

  /** A bot that is connected. */
  Bot dial(String botId) throws Exception {
    Bot bot = Bot.dial("127.0.0.1", port, botId);
    bots.add(bot);
    get(bot.connected());
    return bot;
  }

  BotStatus status(String botId) throws Exception {
    return get(store.status(botId)).orElseThrow();
  }

  static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(SingleNode.SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    bots.forEach(Bot::close);
    node.close();
    store.close();
  }
}
