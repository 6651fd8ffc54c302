package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgentWithoutPekkoTest {

  /** What runs in the other JVM. */
  static final class Bot {
    public static void main(String[] args) {
      try (Agent agent =
          Agent.builder(args[0])
              .service("bots")
              .clientId("alone")
              .on(StringValue.class, (command, context) -> StringValue.of(pekko()))
              .connect()) {
        agent.closed().join();
      }
    }

    private static String pekko() {
      try {
        return Class.forName("org.apache.pekko.actor.ActorSystem").getName();
      } catch (ClassNotFoundException e) {
        return "no actor system here";
      }
    }
  }

  @Test
  void runsACommandInAJvmThatHasNoActorSystemOnItsClassPath() throws Exception {
    try (ScriptedEdge edge = new ScriptedEdge()) {
      Process bot =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  classPathWithoutPekko(),
                  Bot.class.getName(),
                  edge.address())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        ScriptedStream stream = edge.welcome();
        stream.command("c1", "who is there?");
        stream.expectReceipt("c1");
        assertThat(stream.result().getCompleted().getResult().unpack(StringValue.class).getValue())
            .isEqualTo("no actor system here");
        stream.goodbye(
            org.streamingcommands.grpc.v1.GoodbyeReason.GOODBYE_REASON_REPLACED,
            java.time.Duration.ZERO);

        // Only daemon threads are left, so the JVM ends with its main.
        assertThat(bot.waitFor(ScriptedEdge.LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(bot.exitValue()).isZero();
      } finally {
        bot.destroyForcibly();
      }
    }
  }

  private static String classPathWithoutPekko() throws IOException {
    String whole = System.getProperty("surefire.test.class.path");
    if (whole == null) {
      whole = System.getProperty("java.class.path");
    }
    return entries(whole)
        .filter(entry -> !entry.matches(".*[/\\\\][^/\\\\]*(pekko|scala)[^/\\\\]*\\.jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The entries of a class path, with those that a jar's manifest names in its place. */
  private static Stream<String> entries(String classPath) throws IOException {
    String[] entries = classPath.split(File.pathSeparator);
    if (entries.length > 1) {
      return Arrays.stream(entries);
    }
    try (var jar = new JarFile(entries[0])) {
      String named = jar.getManifest().getMainAttributes().getValue("Class-Path");
      Path base = Path.of(entries[0]).toAbsolutePath();
      return Arrays.stream(named.split(" "))
          .map(url -> Path.of(base.toUri().resolve(url)).toString());
    }
  }
}
