package org.streamingcommands.examples.bots;

import java.util.Map;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.examples.bots.v1.BotReport;

/** What a batch came to, by bot. */
public record BatchReport(Map<String, Outcome<BotReport>> outcomes) {
  public BatchReport {
    outcomes = Map.copyOf(outcomes);
  }

  public int success() {
    return (int) outcomes.values().stream().filter(Outcome::isCompleted).count();
  }

  public int failed() {
    return outcomes.size() - success();
  }
}
