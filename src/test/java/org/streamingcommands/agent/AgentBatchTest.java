package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.grpc.v1.Welcome;

/** Several commands in one frame, and several results. */
class AgentBatchTest {
  private final ScriptedEdge edge = new ScriptedEdge();
  private final ConcurrentLinkedQueue<String> ran = new ConcurrentLinkedQueue<>();
  private final AgentBuilder builder =
      Agent.builder(edge.address())
          .service("bots")
          .clientId("bot-1")
          // On the network thread: each has ended before the next is looked at.
          .executor(Runnable::run)
          .on(
              StringValue.class,
              (command, context) -> {
                ran.add(context.commandId());
                return StringValue.of(context.commandId());
              });
  private Agent agent;

  @AfterEach
  void close() {
    if (agent != null) {
      agent.close();
    }
    edge.close();
  }

  private ScriptedStream connect(boolean batches, int maxFrameBytes) {
    agent = builder.connect();
    ScriptedStream stream = edge.accept();
    assertThat(stream.hello().getBatches()).isTrue();
    stream.welcome(
        Welcome.newBuilder()
            .setSessionId("s")
            .setEpoch(1)
            .setMaxFrameBytes(maxFrameBytes)
            .setBatches(batches)
            .build());
    return stream;
  }

  private static void threeCommands(ScriptedStream stream) {
    ServerFrame.Builder frame = ServerFrame.newBuilder();
    for (String id : List.of("c1", "c2", "c3")) {
      frame.getCommandsBuilder().addCommands(ScriptedStream.delivery(id, StringValue.of("go")));
    }
    stream.send(frame);
  }

  @Test
  void runsTheCommandsOfAFrameInOrderAndAnswersWithOneFrame() {
    ScriptedStream stream = connect(true, 0);

    threeCommands(stream);

    assertThat(stream.next().getResults().getResultsList())
        .extracting(CommandResult::getCommandId)
        .containsExactly("c1", "c2", "c3");
    assertThat(ran).containsExactly("c1", "c2", "c3");
    stream.expectNothingMore();
  }

  @Test
  void answersAServerThatTakesNoBatchesOneByOne() {
    ScriptedStream stream = connect(false, 0);

    threeCommands(stream);

    for (String id : List.of("c1", "c2", "c3")) {
      assertThat(stream.result().getCommandId()).isEqualTo(id);
    }
  }

  @Test
  void keepsItsFramesWithinWhatTheServerTakes() {
    ScriptedStream stream = connect(true, 200);

    threeCommands(stream);

    // Each result has some 60 bytes, and half of what the server takes is filled at most.
    assertThat(stream.result().getCommandId()).isEqualTo("c1");
    assertThat(stream.result().getCommandId()).isEqualTo("c2");
    assertThat(stream.result().getCommandId()).isEqualTo("c3");
  }

  @Test
  void aCommandThatIsThereTwiceInOneFrameRunsOnce() {
    ScriptedStream stream = connect(true, 0);
    ServerFrame.Builder frame = ServerFrame.newBuilder();
    for (int n = 0; n < 2; n++) {
      frame.getCommandsBuilder().addCommands(ScriptedStream.delivery("c1", StringValue.of("go")));
    }

    stream.send(frame);

    assertThat(stream.next().getResults().getResultsList())
        .extracting(CommandResult::getCommandId)
        .containsExactly("c1", "c1");
    assertThat(ran).containsExactly("c1");
  }
}
