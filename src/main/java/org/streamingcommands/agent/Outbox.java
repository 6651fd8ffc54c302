package org.streamingcommands.agent;

import io.grpc.stub.ClientCallStreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.ResultBatch;

/**
 * The writing half of one stream. While the transport takes no more, results wait here (they are in
 * the ledger anyway) and of a command's progress only the newest does. Every frame of the stream is
 * written under this object's lock, since a stream is not thread-safe.
 */
final class Outbox {
  /** What one frame of results has at most, but for one that alone has more. */
  private static final int MOST_RESULTS = 64;

  private static final int MOST_BYTES = 16 << 10;

  private final Session session;
  private final Ledger ledger;
  private final ArrayDeque<FinishedCommand> waiting = new ArrayDeque<>();
  private final Map<String, ClientFrame> progress = new LinkedHashMap<>();

  /** Result frames that were written and not confirmed, in the order of writing. */
  private final ArrayDeque<FinishedCommand> written = new ArrayDeque<>();

  private @Nullable ClientCallStreamObserver<ClientFrame> stream;
  private List<FinishedCommand> greeted = List.of();
  private long confirmed;
  private volatile int maxFrameBytes;
  private boolean takesBatches;
  private boolean open;

  /** Whether more is about to come that goes out together; what has come is kept here. */
  private boolean held;

  private final List<RunningCommand> heldReceipts = new ArrayList<>();

  Outbox(Session session, Ledger ledger) {
    this.session = session;
    this.ledger = ledger;
  }

  /** Writes the hello. Results wait for the welcome. */
  synchronized void greet(ClientCallStreamObserver<ClientFrame> to, Greeting greeting) {
    stream = to;
    greeted = greeting.results();
    // The stream keeps whatever comes before the transport stands.
    to.onNext(greeting.frame());
  }

  /**
   * The server said welcome: what the hello carried is its own, and all else may be written.
   *
   * @param batches whether the server takes several results in one frame
   * @return false where there was no hello yet that it could have answered
   */
  synchronized boolean open(int largestFrame, boolean batches) {
    if (stream == null) {
      return false;
    }
    for (FinishedCommand finished : greeted) {
      finished.handTo(session);
      ledger.confirm(finished);
    }
    greeted = List.of();
    maxFrameBytes = largestFrame;
    takesBatches = batches;
    open = true;
    sweep();
    return true;
  }

  synchronized void result(FinishedCommand finished) {
    if (open && !finished.isHandedTo(session)) {
      repeat(finished);
    }
  }

  synchronized void repeat(FinishedCommand finished) {
    if (open) {
      finished.handTo(session);
      waiting.add(finished);
      drain(false);
    }
  }

  /** Says that the agent has a command, unless its result says so already. */
  synchronized void receipt(RunningCommand command) {
    if (held) {
      heldReceipts.add(command);
    } else {
      receipts(List.of(command));
    }
  }

  private void receipts(List<RunningCommand> commands) {
    var frame = ClientFrame.newBuilder();
    for (RunningCommand command : commands) {
      if (!command.hasEnded()) {
        frame.getReceiptBuilder().addCommandIds(command.commandId());
      }
    }
    if (open && frame.hasReceipt()) {
      write(frame.build());
    }
  }

  /** Several commands are about to be answered; see {@link #release}. */
  synchronized void hold() {
    held = true;
  }

  /** Writes the answers that came since {@link #hold}. */
  synchronized void release() {
    held = false;
    receipts(heldReceipts);
    heldReceipts.clear();
    if (open) {
      drain(false);
    }
  }

  synchronized void progress(RunningCommand command, ClientFrame frame) {
    if (!open || command.hasEnded() || isTooLarge(frame)) {
      return;
    }
    progress.put(command.commandId(), frame);
    drain(false);
  }

  /** Whether the event was written; not while the transport takes no more, or results wait. */
  synchronized boolean event(ClientFrame frame) {
    if (!open || !waiting.isEmpty() || !isReady()) {
      return false;
    }
    write(frame);
    return true;
  }

  synchronized void pong(long nonce) {
    if (open) {
      var frame = ClientFrame.newBuilder();
      frame.getPongBuilder().setNonce(nonce);
      write(frame.build());
    }
  }

  /** Shows a newer token. */
  synchronized void renew(ClientFrame frame) {
    if (open) {
      write(frame);
    }
  }

  /** How many of this session's result frames the server has taken over. */
  synchronized void confirm(long results) {
    while (confirmed < results && !written.isEmpty()) {
      ledger.confirm(written.remove());
      confirmed++;
    }
  }

  /** The transport takes more. */
  synchronized void ready() {
    if (open) {
      drain(false);
    }
  }

  /** Writes every result that is left, and then no more. */
  synchronized void complete() {
    if (open && stream != null) {
      sweep();
      drain(true);
      open = false;
      stream.onCompleted();
    }
  }

  /** Writes nothing more. */
  synchronized void close() {
    open = false;
    stream = null;
    waiting.clear();
    written.clear();
    progress.clear();
    heldReceipts.clear();
  }

  private void sweep() {
    ledger.unconfirmed().forEach(this::result);
  }

  private void drain(boolean unready) {
    if (held && !unready) {
      return;
    }
    while (!waiting.isEmpty() && (unready || isReady())) {
      writeResults();
    }
    var frames = progress.values().iterator();
    while (frames.hasNext() && isReady()) {
      ClientFrame frame = frames.next();
      frames.remove();
      write(frame);
    }
  }

  /** One, or as many as one frame takes. */
  private void writeResults() {
    CommandResult first = next();
    var batch = ResultBatch.newBuilder().addResults(first);
    int bytes = first.getSerializedSize();
    while (takesBatches && !waiting.isEmpty() && batch.getResultsCount() < MOST_RESULTS) {
      bytes += waiting.element().result().getSerializedSize();
      if (bytes > MOST_BYTES || maxFrameBytes > 0 && bytes > maxFrameBytes / 2) {
        break;
      }
      batch.addResults(next());
    }
    write(
        batch.getResultsCount() == 1
            ? frame(first)
            : ClientFrame.newBuilder().setResults(batch).build());
  }

  /** The result that has waited longest, and now is written. */
  private CommandResult next() {
    FinishedCommand finished = waiting.remove();
    progress.remove(finished.id());
    ClientFrame frame = frame(finished.result());
    if (isTooLarge(frame)) {
      finished.replaceBy(tooLarge(finished.id(), frame.getSerializedSize()));
    }
    written.add(finished);
    return finished.result();
  }

  private boolean isReady() {
    return stream != null && stream.isReady();
  }

  private void write(ClientFrame frame) {
    if (stream != null) {
      session.spoke();
      stream.onNext(frame);
    }
  }

  /** A frame over the server's limit would end the stream, and again after every reconnect. */
  boolean isTooLarge(ClientFrame frame) {
    return maxFrameBytes > 0 && frame.getSerializedSize() > maxFrameBytes;
  }

  private CommandResult tooLarge(String id, int size) {
    return Results.failed(
        id,
        FailureCode.RESULT_TOO_LARGE,
        "the result has %d bytes, the server takes %d".formatted(size, maxFrameBytes));
  }

  private static ClientFrame frame(CommandResult result) {
    return ClientFrame.newBuilder().setResult(result).build();
  }
}
