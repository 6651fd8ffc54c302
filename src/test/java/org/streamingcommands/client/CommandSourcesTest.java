package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.client.Sends.say;

import com.google.protobuf.StringValue;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.apache.pekko.stream.testkit.javadsl.TestSink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;

class CommandSourcesTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final ScriptedNode node = ScriptedNode.start();
  private final StreamingCommandClient<StringValue> client = Sends.client(node.settings());

  @AfterEach
  void disconnect() {
    RemoteConnections.closeAll();
    node.close();
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private TestSubscriber.Probe<CommandStep<StringValue>> run(SendOptions options) {
    return CommandSources.execute(client, say("go"), StringValue.class, options)
        .runWith(TestSink.create(KIT.system().classicSystem()), KIT.system());
  }

  @Test
  void theStepsComeAndThenTheEnd() throws Exception {
    var probe = run(SendOptions.defaults()).request(10);
    ScriptedNode.Heard heard = node.next();
    heard.receipt(Receipt.QUEUED);
    heard.receipt(Receipt.RECEIVED);
    heard.complete(say("done"));
    assertThat(next(probe)).isEqualTo(new CommandStep.Reached<>(Receipt.QUEUED));
    assertThat(next(probe)).isEqualTo(new CommandStep.Reached<>(Receipt.RECEIVED));
    assertThat(next(probe))
        .isEqualTo(new CommandStep.Ended<>(new Outcome.Completed<>(say("done"))));
    probe.expectComplete();
  }

  @Test
  void aSlowReaderMissesProgressAndNothingElse() throws Exception {
    var probe = run(SendOptions.defaults().withTimeout(Duration.ofSeconds(60)));
    ScriptedNode.Heard heard = node.next();
    heard.receipt(Receipt.QUEUED);
    heard.receipt(Receipt.RECEIVED);
    for (int percent = 1; percent <= 100; percent++) {
      heard.progress(percent);
    }
    heard.complete(say("done"));
    // An ask on the same stream is answered after all of that was told.
    var fence = client.ask(say("fence"), StringValue.class);
    node.next().complete(say("fence"));
    Sends.await(fence);

    probe.request(10);
    assertThat(next(probe)).isEqualTo(new CommandStep.Reached<>(Receipt.QUEUED));
    assertThat(next(probe)).isEqualTo(new CommandStep.Reached<>(Receipt.RECEIVED));
    assertThat(next(probe))
        .isInstanceOfSatisfying(
            CommandStep.Progressed.class, p -> assertThat(p.progress().percent()).isEqualTo(100));
    assertThat(next(probe)).isInstanceOf(CommandStep.Ended.class);
    probe.expectComplete();
  }

  @Test
  void anExpectedEndIsAStepAndNoFailureOfTheStream() {
    var probe = run(SendOptions.defaults().withTimeout(Duration.ZERO)).request(10);
    assertThat(next(probe)).isInstanceOf(CommandStep.Ended.class);
    probe.expectComplete();
  }

  private static CommandStep<StringValue> next(
      TestSubscriber.Probe<CommandStep<StringValue>> probe) {
    return probe.expectNext(scala.concurrent.duration.FiniteDuration.fromNanos(LIMIT.toNanos()));
  }
}
