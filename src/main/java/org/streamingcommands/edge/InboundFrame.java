package org.streamingcommands.edge;

import java.util.List;
import org.streamingcommands.grpc.v1.ClientFrame;

/** A frame from a client, as it was read. Holds nothing of the array that it came in. */
sealed interface InboundFrame {
  /** How many bytes it came in. */
  int size();

  /** One result or a batch of them, all completed, in their order; at least one. */
  record Completions(List<Completion> completions, int size) implements InboundFrame {}

  /** The client lives, and answered a ping. */
  record Pong(int size) implements InboundFrame {}

  /** Any other frame, as generated code read it. */
  record Generated(ClientFrame frame, int size) implements InboundFrame {}

  /** Bytes that are no frame. */
  record Garbage(int size) implements InboundFrame {}
}
