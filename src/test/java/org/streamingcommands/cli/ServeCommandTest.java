package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.support.TestNode;

/** A node that is served from the command line, by a program and for one. */
class ServeCommandTest {
  @TempDir private Path directory;

  @Test
  void aProgramIsToldWhereANodeListensAndHowADrainWent() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("node.conf"),
            """
            streaming-commands { edge.port = 0, api.port = 0, services { bots {} } }
            pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
            """);
    CompletableFuture<JsonObject> ready = new CompletableFuture<>();
    PrintWriter told =
        new PrintWriter(new StringWriter(), true) {
          @Override
          public void println(Object object) {
            ready.complete(JsonParser.parseString(object.toString()).getAsJsonObject());
          }
        };
    StringWriter trouble = new StringWriter();
    CompletableFuture<Integer> served =
        CompletableFuture.supplyAsync(
            () ->
                Cli.run(
                    told,
                    new PrintWriter(trouble, true),
                    "serve",
                    "--config",
                    config.toString(),
                    "--json"));
    served.whenComplete(
        (code, failure) -> ready.completeExceptionally(new AssertionError(trouble.toString())));
    JsonObject node = TestNode.await(ready);
    assertThat(node.get("event").getAsString()).isEqualTo("ready");
    assertThat(node.getAsJsonArray("services")).hasSize(1);

    StringWriter out = new StringWriter();
    int code =
        Cli.run(
            new PrintWriter(out, true),
            new PrintWriter(trouble, true),
            "drain",
            "--json",
            "--api",
            node.get("api").getAsString());

    assertThat(code).as(trouble.toString()).isZero();
    assertThat(JsonParser.parseString(out.toString()).getAsJsonObject().has("node")).isTrue();
    assertThat(TestNode.await(served)).isZero();
  }
}
