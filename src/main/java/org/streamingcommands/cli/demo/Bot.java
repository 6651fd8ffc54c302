package org.streamingcommands.cli.demo;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.examples.bots.v1.BotReport;
import org.streamingcommands.examples.bots.v1.BotStatus;
import org.streamingcommands.examples.bots.v1.ConfigUpdate;
import org.streamingcommands.examples.bots.v1.Restart;
import org.streamingcommands.examples.bots.v1.Start;
import org.streamingcommands.examples.bots.v1.Stop;

/** One bot of the demo's fleet. Its handlers run on the network thread, one at a time. */
final class Bot {
  private final String id;
  private final Map<String, String> config = new HashMap<>();
  private BotStatus status = BotStatus.BOT_STATUS_STOPPED;

  private Bot(String id) {
    this.id = id;
  }

  /**
   * @param edge where to dial; several with commas between
   */
  static Agent connect(String edge, String id) {
    Bot bot = new Bot(id);
    return Agent.builder(edge.split(","))
        .service(Bots.SERVICE)
        .clientId(id)
        .label("fleet", "demo")
        .onNetworkThread()
        .on(Start.class, (start, context) -> bot.become(BotStatus.BOT_STATUS_RUNNING))
        .on(Restart.class, (restart, context) -> bot.become(BotStatus.BOT_STATUS_RUNNING))
        .on(ConfigUpdate.class, (update, context) -> bot.update(update))
        .onAsync(Stop.class, (stop, context) -> bot.stop())
        .connect();
  }

  private CompletionStage<BotReport> stop() {
    return id.equals(Bots.HANGING)
        ? new CompletableFuture<>()
        : CompletableFuture.completedFuture(become(BotStatus.BOT_STATUS_STOPPED));
  }

  private BotReport update(ConfigUpdate update) {
    if (update.getFieldsCount() == 0) {
      config.clear();
      config.putAll(update.getConfigMap());
    }
    for (String field : update.getFieldsList()) {
      String value = update.getConfigMap().get(field);
      if (value == null) {
        config.remove(field);
      } else {
        config.put(field, value);
      }
    }
    return report();
  }

  private BotReport become(BotStatus next) {
    status = next;
    return report();
  }

  private BotReport report() {
    return BotReport.newBuilder().setStatus(status).putAllConfig(config).build();
  }
}
