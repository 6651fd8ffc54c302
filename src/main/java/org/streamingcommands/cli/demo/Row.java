package org.streamingcommands.cli.demo;

import com.google.gson.JsonObject;
import java.util.List;
import org.streamingcommands.cli.Durations;
import org.streamingcommands.client.StreamingCommandClient.Mode;

/**
 * One line of the demo's table.
 *
 * @param command what was sent
 * @param client to whom
 * @param mode from where
 * @param outcome what became of it
 * @param nanos how long that took
 * @param asExpected whether that is what the demo promises
 */
record Row(
    String command, String client, Mode mode, String outcome, long nanos, boolean asExpected) {
  private static final String TAB = "\t";

  /** As it travels between JVMs. */
  String line() {
    return String.join(
        TAB,
        command,
        client,
        mode.name(),
        outcome,
        Long.toString(nanos),
        Boolean.toString(asExpected));
  }

  static Row parse(String line) {
    List<String> cells = List.of(line.split(TAB));
    return new Row(
        cells.get(0),
        cells.get(1),
        Mode.valueOf(cells.get(2)),
        cells.get(3),
        Long.parseLong(cells.get(4)),
        Boolean.parseBoolean(cells.get(5)));
  }

  /** For a program. */
  JsonObject object() {
    JsonObject object = new JsonObject();
    object.addProperty("command", command);
    object.addProperty("client", client);
    object.addProperty("mode", mode.name());
    object.addProperty("outcome", outcome);
    object.addProperty("micros", nanos / 1000);
    object.addProperty("asExpected", asExpected);
    return object;
  }

  String[] cells() {
    return new String[] {
      command,
      client,
      mode.name().toLowerCase(java.util.Locale.ROOT),
      asExpected ? outcome : outcome + "  <- not as expected",
      Durations.show(nanos)
    };
  }
}
