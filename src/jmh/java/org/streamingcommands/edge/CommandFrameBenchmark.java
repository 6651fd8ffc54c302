package org.streamingcommands.edge;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandIds;
import org.streamingcommands.command.Priority;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.edge.http2.InboundMessage;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.Completed;

/** What the edge does with the bytes of one ask, without a socket. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CommandFrameBenchmark {
  private static final int PAYLOAD = 100;

  private final Delivery delivery =
      new Delivery(
          new Command(
              CommandIds.next(),
              Any.pack(BytesValue.of(ByteString.copyFrom(new byte[PAYLOAD]))),
              Instant.now().plusSeconds(3600),
              Priority.NORMAL,
              "",
              Map.of()),
          1,
          false);

  private final byte[] result =
      ClientFrame.newBuilder()
          .setResult(
              CommandResult.newBuilder()
                  .setCommandId(delivery.command().id())
                  .setCompleted(Completed.getDefaultInstance()))
          .build()
          .toByteArray();

  private final byte[] wire = new byte[1024];

  /** A command as the engine has it, to the bytes of its frame. */
  @Benchmark
  public int encodeCommand() throws IOException {
    OutboundFrame frame = CommandFrame.of(delivery, Instant.now());
    int size = frame.size();
    frame.writeTo(CodedOutputStream.newInstance(wire, 0, size));
    return size;
  }

  /** The bytes of a result's frame, to the id and the outcome that the engine takes. */
  @Benchmark
  public InboundFrame decodeResult() {
    return ConnectMethod.DESCRIPTOR.parseRequest(new InboundMessage(result, 0, result.length));
  }
}
