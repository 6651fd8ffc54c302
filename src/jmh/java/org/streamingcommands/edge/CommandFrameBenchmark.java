package org.streamingcommands.edge;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
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
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.Completed;
import org.streamingcommands.grpc.v1.ServerFrame;

/** What the edge does with the bytes of one ask, without a socket. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CommandFrameBenchmark {
  private static final int PAYLOAD = 100;

  /** As the edge has it. */
  private final MethodDescriptor<ClientFrame, ServerFrame> method =
      FrameMarshaller.tolerant(ClientStreamServiceGrpc.getConnectMethod());

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
    try (InputStream frame =
        method.streamResponse(ServerFrames.command(ServerFrames.delivery(delivery)))) {
      return frame.read(wire);
    }
  }

  /** The bytes of a result's frame, to the outcome that the engine takes. */
  @Benchmark
  public Outcome<Any> decodeResult() {
    return ResultReader.read(method.parseRequest(new Frame(result)).getResult());
  }

  /** As the transport hands it over. */
  private static final class Frame extends ByteArrayInputStream implements KnownLength {
    private Frame(byte[] bytes) {
      super(bytes);
    }
  }
}
