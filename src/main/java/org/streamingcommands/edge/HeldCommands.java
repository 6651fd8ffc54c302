package org.streamingcommands.edge;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The commands that one stream is given in one go, to be written as one frame where its client
 * takes that. Small: once it is full it is to be written at once. Not thread-safe.
 */
final class HeldCommands {
  private static final int MOST = 64;

  /** Below what a ready transport queues, which cannot see these. */
  private static final int MOST_BYTES = 16 << 10;

  private final List<CommandFrame> commands = new ArrayList<>(4);
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
  boolean hasRoomFor(CommandFrame command) {
    return commands.size() < MOST && bytes + command.deliverySize() <= MOST_BYTES;
  }

  void add(CommandFrame command) {
    commands.add(command);
    bytes += command.deliverySize();
  }

  /** Whether there is no room for anything more. */
  boolean isFull() {
    return commands.size() == MOST || bytes >= MOST_BYTES;
  }

  boolean isEmpty() {
    return commands.isEmpty();
  }

  /** Gives them up. */
  void writeTo(Consumer<OutboundFrame> stream, boolean inOneFrame) {
    if (inOneFrame && commands.size() > 1) {
      stream.accept(new CommandBatchFrame(commands));
    } else {
      commands.forEach(stream);
    }
    commands.clear();
    bytes = 0;
  }
}
