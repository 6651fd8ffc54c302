package org.streamingcommands.agent;

import io.grpc.stub.ClientCallStreamObserver;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.CommandResult;

/**
 * The writing half of one stream. While the transport takes no more, results wait here (they are in
 * the ledger anyway) and of a command's progress only the newest does. Every frame of the stream is
 * written under this object's lock, since a stream is not thread-safe.
 */
final class Outbox {
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
  private boolean open;

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
   * @return false where there was no hello yet that it could have answered
   */
  synchronized boolean open(int largestFrame) {
    if (stream == null) {
      return false;
    }
    for (FinishedCommand finished : greeted) {
      finished.handTo(session);
      ledger.confirm(finished);
    }
    greeted = List.of();
    maxFrameBytes = largestFrame;
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
    if (open && !command.hasEnded()) {
      var frame = ClientFrame.newBuilder();
      frame.getReceiptBuilder().addCommandIds(command.commandId());
      write(frame.build());
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
  }

  private void sweep() {
    ledger.unconfirmed().forEach(this::result);
  }

  private void drain(boolean unready) {
    while (!waiting.isEmpty() && (unready || isReady())) {
      FinishedCommand finished = waiting.remove();
      progress.remove(finished.id());
      ClientFrame frame = frame(finished.result());
      if (isTooLarge(frame)) {
        finished.replaceBy(tooLarge(finished.id(), frame.getSerializedSize()));
        frame = frame(finished.result());
      }
      written.add(finished);
      write(frame);
    }
    var frames = progress.values().iterator();
    while (frames.hasNext() && isReady()) {
      ClientFrame frame = frames.next();
      frames.remove();
      write(frame);
    }
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
