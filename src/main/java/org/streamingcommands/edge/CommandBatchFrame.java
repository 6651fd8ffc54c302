package org.streamingcommands.edge;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.List;
import org.streamingcommands.grpc.v1.CommandBatch;
import org.streamingcommands.grpc.v1.ServerFrame;

/** Several commands on their way to a client, in one frame. */
final class CommandBatchFrame implements OutboundFrame {
  private final List<CommandFrame> commands;
  private final int batchSize;

  CommandBatchFrame(List<CommandFrame> commands) {
    this.commands = List.copyOf(commands);
    int size = 0;
    for (CommandFrame command : commands) {
      size += command.sizeIn(CommandBatch.COMMANDS_FIELD_NUMBER);
    }
    this.batchSize = size;
  }

  @Override
  public int size() {
    return CommandFrame.messageSize(ServerFrame.COMMANDS_FIELD_NUMBER, batchSize);
  }

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    CommandFrame.writeHead(ServerFrame.COMMANDS_FIELD_NUMBER, batchSize, out);
    for (CommandFrame command : commands) {
      command.writeIn(CommandBatch.COMMANDS_FIELD_NUMBER, out);
    }
  }
}
