package org.streamingcommands.edge;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.ServerFrame;

/**
 * The commands that one stream is given in one go, to be written as one frame where its client
 * takes that. Small: once it is full it is to be written at once. Not thread-safe.
 */
final class HeldCommands {
  private static final int MOST = 64;

  /** Below what a ready transport queues, which cannot see these. */
  private static final int MOST_BYTES = 16 << 10;

  private final List<CommandDelivery> commands = new ArrayList<>(4);
  private final Runnable flush;
  private int bytes;

  /**
   * @param flush writes them, in turn with whatever else is written
   */
  HeldCommands(Runnable flush) {
    this.flush = flush;
  }

  Runnable flush() {
    return flush;
  }

  /**
   * Whether it fits a frame with those that wait. Else it has one of its own: with others, the
   * largest could be more than its client takes.
   */
  boolean hasRoomFor(CommandDelivery command) {
    return commands.size() < MOST && bytes + command.getSerializedSize() <= MOST_BYTES;
  }

  void add(CommandDelivery command) {
    commands.add(command);
    bytes += command.getSerializedSize();
  }

  /** Whether there is no room for anything more. */
  boolean isFull() {
    return commands.size() == MOST || bytes >= MOST_BYTES;
  }

  boolean isEmpty() {
    return commands.isEmpty();
  }

  /** Gives them up. */
  void writeTo(Consumer<ServerFrame> stream, boolean inOneFrame) {
    if (inOneFrame && commands.size() > 1) {
      stream.accept(ServerFrames.commands(commands));
    } else {
      for (CommandDelivery command : commands) {
        stream.accept(ServerFrames.command(command));
      }
    }
    commands.clear();
    bytes = 0;
  }
}
