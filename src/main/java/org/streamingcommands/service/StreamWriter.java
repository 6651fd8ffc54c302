package org.streamingcommands.service;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.ClientStream;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.Rejection;
import org.streamingcommands.connection.Welcome;

/**
 * The engine's end of a {@link ClientStreamStage}: writes each frame as the rpc's own on the
 * caller's thread and leaves it in the outbox. The stage's thread writes nothing.
 */
final class StreamWriter<C> implements ClientStream {

  /** What the stage is told, from any thread. */
  enum Wake {
    /** There is something in the outbox, or the end. */
    OUTBOX,
    /** The client is connected; its messages may be read. */
    WELCOME,
    /** There is room for the next message. */
    READ_ON
  }

  /** Where the stage and the user hear from this writer. */
  interface Stage {
    void wake(Wake wake);

    /** The user's protocol threw where nothing else can be told. */
    void failed(RuntimeException error);
  }

  private final StreamProtocol<?, C> protocol;
  private final Outbox<C> outbox;
  private final Stage stage;

  StreamWriter(StreamProtocol<?, C> protocol, Outbox<C> outbox, Stage stage) {
    this.protocol = protocol;
    this.outbox = outbox;
    this.stage = stage;
  }

  @Override
  public void welcome(Welcome welcome) {
    add(control(() -> protocol.welcome(welcome)), 0);
    stage.wake(Wake.WELCOME);
  }

  @Override
  public int deliver(Delivery delivery) {
    add(encode(delivery), delivery.command().size());
    return outbox.room();
  }

  private C encode(Delivery delivery) {
    try {
      return protocol.command(delivery);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  @Override
  public void cancel(String commandId) {
    add(control(() -> protocol.cancel(commandId)), 0);
  }

  @Override
  public void ping(long nonce, long resultsConfirmed) {
    if (outbox.isEmpty()) {
      add(control(() -> protocol.ping(nonce)), 0);
    }
  }

  @Override
  public void goodbye(Goodbye goodbye) {
    C last = control(() -> protocol.goodbye(goodbye));
    add(last, 0);
    outbox.end(new Outbox.Ending(last == null ? Statuses.of(goodbye) : null));
    stage.wake(Wake.OUTBOX);
  }

  @Override
  public void reject(Rejection rejection) {
    outbox.endAtOnce(new Outbox.Ending(Statuses.of(rejection)));
    stage.wake(Wake.OUTBOX);
  }

  private void add(@Nullable C frame, int size) {
    if (frame != null && outbox.add(frame, size)) {
      stage.wake(Wake.OUTBOX);
    }
  }

  /** A frame without which the conversation goes on. */
  private @Nullable C control(Supplier<Optional<C>> write) {
    try {
      return write.get().orElse(null);
    } catch (RuntimeException e) {
      stage.failed(e);
      return null;
    }
  }
}
