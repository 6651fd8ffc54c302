package org.streamingcommands.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamingcommands.support.Overheard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** What a node's log says as JSON: a line each time a client comes or goes; commands at DEBUG. */
class EventLogTest {

  @Test
  void aConnectionIsALineAtBothEndsAndCommandsAreForDebug() {
    try (Overheard log = new Overheard();
        TestNode node = TestNode.start()) {
      String session;
      try (ScriptedClient client = node.dial()) {
        client.hello(TestNode.SERVICE, "logged");
        session = client.awaitWelcome().getSessionId();
        node.send("logged", TestNode.command("c-77", "a secret"));
        client.awaitCommand();
        client.leave();
        client.awaitEnd();
      }
      JsonObject gone = await(log, "disconnected");
      JsonObject came = await(log, "connected");
      for (JsonObject line : List.of(came, gone)) {
        assertThat(line.get("level").getAsString()).isEqualTo("INFO");
        assertThat(field(line, "client")).isEqualTo("bots/logged");
        assertThat(field(line, "session")).isEqualTo(session);
      }
      assertThat(field(gone, "why")).isEqualTo("the client left");
      assertThat(ofLevel(log, "DEBUG")).anyMatch(line -> line.contains("c-77"));
      assertThat(ofLevel(log, "INFO")).noneMatch(line -> line.contains("c-77"));
      assertThat(log.lines()).noneMatch(line -> line.contains("a secret"));
    }
  }

  /** The one line of this event. */
  private static JsonObject await(Overheard log, String event) {
    long until = System.nanoTime() + TestNode.PATIENCE.toNanos();
    while (System.nanoTime() < until) {
      List<JsonObject> found = new ArrayList<>();
      for (String line : log.lines()) {
        if (line.contains("\"event\":\"" + event + "\"")) {
          found.add(JsonParser.parseString(line).getAsJsonObject());
        }
      }
      if (!found.isEmpty()) {
        assertThat(found).hasSize(1);
        return found.get(0);
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("nobody logged that the client " + event);
  }

  private static String field(JsonObject line, String name) {
    for (JsonElement pair : line.getAsJsonArray("kvpList")) {
      JsonElement value = pair.getAsJsonObject().get(name);
      if (value != null) {
        return value.getAsString();
      }
    }
    throw new AssertionError("no %s in %s".formatted(name, line));
  }

  private static List<String> ofLevel(Overheard log, String level) {
    return log.lines().stream()
        .filter(line -> line.contains("\"level\":\"" + level + "\""))
        .toList();
  }
}
