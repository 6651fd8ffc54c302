package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import com.typesafe.config.ConfigFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandIds;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;

/**
 * What the entity does with one ask, without its mailbox: accept, deliver, take the result, answer.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CommandFlowBenchmark {
  private static final int PAYLOAD = 100;
  private static final int CREDITS = 1000;
  private static final ClientKey CLIENT = ClientKey.of("bots", "b1");
  private static final StreamRef STREAM = new StreamRef("here", 1);
  private static final Any COMMAND =
      Any.pack(BytesValue.of(ByteString.copyFrom(new byte[PAYLOAD])));
  private static final Outcome<Any> DONE =
      new Outcome.Completed<>(Any.pack(Empty.getDefaultInstance()));

  private final InstantSource clock = InstantSource.system();
  private CommandFlow flow;
  private long ticket;

  /** A client that is connected, and whose stream takes everything. */
  @Setup
  public void connect(Blackhole answers) {
    flow =
        new CommandFlow(
            ServiceSettings.from(ConfigFactory.load().getConfig("streaming-commands.connection")),
            new Discarded(answers),
            new Counters(),
            clock);
    Hello hello = new Hello(CLIENT, "p1", Map.of(), "", 0, Set.of(), List.of());
    var attach = new ClientConnection.Attach(STREAM, hello, Set.of(), false, 0);
    flow.attach(new Taking(answers, CREDITS), attach);
    flow.resume(attach);
    flow.credits(CREDITS);
  }

  /** From the send to its outcome. */
  @Benchmark
  public void ask() {
    String id = CommandIds.next();
    Command command =
        new Command(id, COMMAND, clock.instant().plusSeconds(5), Priority.NORMAL, "", Map.of());
    ReplyTo sender = new ReplyTo("here", ++ticket, false);
    flow.send(new ClientConnection.Send(CLIENT, command, sender, SendOrder.STRAIGHT, false));
    flow.result(new ClientConnection.Resulted(STREAM, id, DONE, 0));
  }

  /** What every send begins with. */
  @Benchmark
  public String commandId() {
    return CommandIds.next();
  }
}
