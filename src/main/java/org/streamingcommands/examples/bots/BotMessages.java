package org.streamingcommands.examples.bots;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.streamingcommands.command.CommandIds;
import org.streamingcommands.examples.bots.v1.BotCommand;
import org.streamingcommands.examples.bots.v1.ConfigUpdate;
import org.streamingcommands.examples.bots.v1.Restart;
import org.streamingcommands.examples.bots.v1.Start;
import org.streamingcommands.examples.bots.v1.Stop;

/** Builds commands for bots, each with a fresh id and the time. */
final class BotMessages {
  private BotMessages() {}

  static BotCommand start() {
    return command().setStart(Start.getDefaultInstance()).build();
  }

  static BotCommand stop(boolean graceful) {
    return command().setStop(Stop.newBuilder().setGraceful(graceful)).build();
  }

  /**
   * @param fields the names that change; none for the whole configuration
   */
  static BotCommand configUpdate(Map<String, String> config, Collection<String> fields) {
    return command()
        .setConfigUpdate(ConfigUpdate.newBuilder().putAllConfig(config).addAllFields(fields))
        .build();
  }

  static BotCommand restart() {
    return command().setRestart(Restart.getDefaultInstance()).build();
  }

  private static BotCommand.Builder command() {
    Instant now = Instant.now();
    return BotCommand.newBuilder()
        .setId(CommandIds.next())
        .setCreatedAt(
            Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()));
  }
}
