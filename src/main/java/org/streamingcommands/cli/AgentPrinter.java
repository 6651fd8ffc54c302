package org.streamingcommands.cli;

import com.google.gson.JsonObject;
import com.google.protobuf.Any;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.agent.AgentListener;
import org.streamingcommands.agent.Disconnect;

/** Prints how an agent's connection goes, and tells what ends it for good. */
final class AgentPrinter implements AgentListener {
  private final PrintWriter out;
  private final boolean json;
  private final String edge;
  private final String client;
  private final CompletableFuture<Boolean> first = new CompletableFuture<>();
  private final CompletableFuture<Optional<String>> end = new CompletableFuture<>();

  /**
   * @param json an object a line, for a program
   */
  AgentPrinter(PrintWriter out, boolean json, String edge, String client) {
    this.out = out;
    this.json = json;
    this.edge = edge;
    this.client = client;
  }

  @Override
  public void connected(String sessionId, long epoch) {
    say(
        "connected",
        "connected to %s as %s, session %s".formatted(edge, client, sessionId),
        "session_id",
        sessionId);
    first.complete(true);
  }

  @Override
  public void disconnected(Disconnect why) {
    if (why.cause() == Disconnect.Cause.REFUSED) {
      // The agent would keep trying; at a prompt it is a person's mistake.
      end("the edge refused %s: %s".formatted(client, why.message()));
      return;
    }
    if (why.cause() != Disconnect.Cause.CLOSED && why.cause() != Disconnect.Cause.REPLACED) {
      say(
          "disconnected",
          "%s%s; trying again in %s"
              .formatted(
                  why.cause(),
                  why.message().isBlank() ? "" : ": " + why.message(),
                  Durations.show(why.reconnectIn().toNanos())),
          "cause",
          why.cause().name(),
          "message",
          why.message());
      // This line tells more than a progress line could.
      first.complete(true);
    }
  }

  @Override
  public void replaced() {
    end("another connection took over " + client);
  }

  @Override
  public void closed() {
    say("left", "left");
    end.complete(Optional.empty());
    first.complete(true);
  }

  /** A command came in. */
  void command(String id, Any command, MessageTypes types) {
    if (!json) {
      out.printf("command %s  %s%n", Plain.text(id), Plain.text(types.show(command)));
      return;
    }
    JsonObject object = event("command");
    object.addProperty("command_id", id);
    object.addProperty("type", command.getTypeUrl().replaceFirst(".*/", ""));
    object.addProperty("shown", types.show(command));
    out.println(object);
  }

  private void say(String event, String line, String... fields) {
    if (!json) {
      out.println(Plain.text(line));
      return;
    }
    JsonObject object = event(event);
    for (int i = 0; i < fields.length; i += 2) {
      object.addProperty(fields[i], fields[i + 1]);
    }
    out.println(object);
  }

  private static JsonObject event(String name) {
    JsonObject object = new JsonObject();
    object.addProperty("event", name);
    return object;
  }

  private void end(String why) {
    end.complete(Optional.of(why));
    first.complete(true);
  }

  /** Waits until there is something to tell of the connection. */
  boolean awaitFirst() {
    return first.join();
  }

  /** Why there will be no further connection; empty where it was asked to leave. */
  Optional<String> awaitEnd() {
    return end.join();
  }
}
