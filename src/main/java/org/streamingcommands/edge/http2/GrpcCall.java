package org.streamingcommands.edge.http2;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Stream;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.MessageEncoding;

/**
 * One call, on one stream of its connection. Its listener is called on the connection's loop and
 * must not block. Its own methods may be called from any thread, by one at a time, and what they
 * write keeps that order.
 */
public final class GrpcCall<Q, A> extends ServerCall<Q, A> implements MessageReader.Target {
  private static final Logger log = LoggerFactory.getLogger(GrpcCall.class);

  /** A call that has so much to write is not ready, as with grpc-java. */
  private static final int READY_BYTES = 32 << 10;

  private static final AtomicIntegerFieldUpdater<GrpcCall<?, ?>> QUEUED = queued();

  private static final Metadata NO_HEADERS = new Metadata();

  private static final Exception CLOSED =
      new FrameViolation(Status.CANCELLED.withDescription("the call is over"));

  private final GrpcConnection connection;
  private final Http2Stream stream;
  private final MethodDescriptor<Q, A> method;
  private final MessageReader reader;

  /** Bytes of messages that are not on their way to the socket. */
  private volatile int queuedBytes;

  /** Whether somebody was told that it is not ready, and waits for the opposite. */
  private volatile boolean isAwaitingReady;

  private volatile boolean isOver;
  private volatile boolean isCancelled;
  private volatile @Nullable Status fault;

  // All that follows is touched on the loop only.
  private ServerCall.@Nullable Listener<Q> listener;
  private @Nullable Future<?> timeout;
  private boolean headersSent;
  private boolean isClosed;
  private boolean callerIsDone;
  private boolean isHalfCloseTold;

  GrpcCall(
      GrpcConnection connection,
      Http2Stream stream,
      MethodDescriptor<Q, A> method,
      MessageEncoding encoding) {
    this.connection = connection;
    this.stream = stream;
    this.method = method;
    this.reader = new MessageReader(connection.loop(), connection.maxMessageBytes(), encoding);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static AtomicIntegerFieldUpdater<GrpcCall<?, ?>> queued() {
    return (AtomicIntegerFieldUpdater)
        AtomicIntegerFieldUpdater.newUpdater(GrpcCall.class, "queuedBytes");
  }

  /**
   * The call that a handler of this server is given.
   *
   * @throws IllegalArgumentException where it is another server's, or an interceptor wrapped it
   */
  public static <Q, A> GrpcCall<Q, A> of(ServerCall<Q, A> call) {
    if (call instanceof GrpcCall<Q, A> ours) {
      return ours;
    }
    throw new IllegalArgumentException("not a call of this server: " + call);
  }

  /** The thread that it is read and written on. */
  public Loop loop() {
    return connection.loop();
  }

  /** What was wrong with the caller's bytes, where the call was cancelled for that. */
  public @Nullable Status fault() {
    return fault;
  }

  // ---- what the connection says -------------------------------------------------------------

  /**
   * @param timeoutNanos 0 for none
   */
  void start(ServerCallHandler<Q, A> handler, Metadata metadata, long timeoutNanos) {
    if (timeoutNanos != 0) {
      timeout =
          connection.loop().eventLoop().schedule(this::timeOut, timeoutNanos, TimeUnit.NANOSECONDS);
    }
    guarded(
        () -> {
          listener = handler.startCall(this, metadata);
          if (!isClosed) {
            listener.onReady();
          }
        });
    // What came first may have been asked for before there was anybody to give it to.
    readOn();
  }

  private void timeOut() {
    fail(Status.DEADLINE_EXCEEDED.withDescription("the call's deadline has passed"));
  }

  /**
   * @return how many bytes flow control can have back
   */
  int read(ByteBuf data) {
    try {
      return reader.read(data, connection.allocator(), this);
    } catch (FrameViolation e) {
      fail(e.status());
      return reader.stop();
    }
  }

  /** The caller says no more. */
  void callerIsDone() {
    callerIsDone = true;
    tellHalfClose();
  }

  /** Once, after all that the caller said and was asked for. */
  private void tellHalfClose() {
    if (isOver || isClosed || isHalfCloseTold) {
      return;
    }
    if (reader.isMidMessage()) {
      fail(Status.INTERNAL.withDescription("Encountered end-of-stream mid-frame"));
    } else if (reader.isEmpty() && listener != null) {
      isHalfCloseTold = true;
      guarded(listener::onHalfClose);
    }
  }

  /** Something in the caller's bytes makes the transport give the stream up. */
  void note(Status why) {
    fault = why;
  }

  /** The stream is gone. Where the call was closed before, the fate of its last write decides. */
  void streamClosed() {
    if (!isClosed) {
      end(false);
    }
  }

  /** The socket takes more. */
  void tellReady() {
    if (isAwaitingReady && isReady() && listener != null && !isOver) {
      isAwaitingReady = false;
      guarded(listener::onReady);
    }
  }

  @Override
  public void message(InputStream bytes) {
    ServerCall.Listener<Q> to = listener;
    if (to == null) {
      return;
    }
    try {
      to.onMessage(method.parseRequest(bytes));
    } catch (RuntimeException e) {
      threw(e);
    }
  }

  private void guarded(Runnable callback) {
    try {
      callback.run();
    } catch (RuntimeException e) {
      threw(e);
    }
  }

  /** A handler that throws ends its own call. */
  private void threw(RuntimeException e) {
    if (e instanceof StatusRuntimeException known) {
      fail(known.getStatus());
      return;
    }
    log.error("the handler of {} threw", method.getFullMethodName(), e);
    fail(Status.UNKNOWN.withDescription("Application error processing RPC"));
  }

  // ---- what the handler says ----------------------------------------------------------------

  @Override
  public void request(int messages) {
    if (connection.loop().isCurrent()) {
      requestHere(messages);
    } else {
      connection.inTurn(() -> requestHere(messages));
    }
  }

  private void requestHere(int messages) {
    reader.want(messages);
    if (listener != null) {
      readOn();
    }
  }

  private void readOn() {
    if (isOver || reader.isReading()) {
      // Whoever reads goes on with it.
      return;
    }
    try {
      connection.giveBack(stream, reader.read(this));
    } catch (FrameViolation e) {
      fail(e.status());
      return;
    }
    if (callerIsDone) {
      tellHalfClose();
    }
  }

  @Override
  public void sendHeaders(Metadata metadata) {
    connection.inTurn(() -> writeHeaders(metadata));
  }

  private void writeHeaders(Metadata metadata) {
    if (!isOver && !isClosed && !headersSent) {
      headersSent = true;
      connection.writeHeaders(stream, CallHeaders.response(metadata), false);
    }
  }

  /**
   * Encodes it at once, and writes it on the loop, behind empty headers where none were sent. After
   * the end of the call, it does nothing.
   *
   * @throws RuntimeException where it cannot be encoded; then nothing was written
   */
  @Override
  public void sendMessage(A message) {
    if (isOver) {
      return;
    }
    MessageWrite write =
        new MessageWrite(this, MessageBytes.of(message, method, connection.allocator()));
    QUEUED.addAndGet(this, write.size());
    connection.inTurn(write);
  }

  /** On the loop. */
  void write(MessageWrite message) {
    if (isOver || isClosed) {
      message.error(null, CLOSED);
    } else {
      writeHeaders(NO_HEADERS);
      connection.write(stream, message);
    }
  }

  /** On the loop: that much is on its way to the socket, or lost with its stream. */
  void written(int bytes) {
    connection.wrote();
    QUEUED.addAndGet(this, -bytes);
    if (isAwaitingReady && hasRoom()) {
      // Later: flow control is in the middle of its writes.
      connection.loop().executor().execute(this::tellReady);
    }
  }

  int maxFrameBytes() {
    return connection.maxFrameBytes();
  }

  int streamId() {
    return stream.id();
  }

  @Override
  public boolean isReady() {
    if (isOver) {
      return false;
    }
    if (hasRoom()) {
      return true;
    }
    isAwaitingReady = true;
    // It may have got room before anybody knew that this is awaited.
    if (hasRoom()) {
      isAwaitingReady = false;
      return true;
    }
    return false;
  }

  private boolean hasRoom() {
    return queuedBytes < READY_BYTES && connection.isWritable();
  }

  @Override
  public void close(Status status, Metadata trailers) {
    connection.inTurn(() -> closeHere(status, trailers));
  }

  private void closeHere(Status status, Metadata trailers) {
    if (isOver || isClosed) {
      return;
    }
    isClosed = true;
    connection.giveBack(stream, reader.stop());
    connection
        .writeHeaders(stream, CallHeaders.trailers(status, trailers, !headersSent), true)
        .addListener(
            written -> {
              if (written.isSuccess() && !callerIsDone) {
                // The caller need not send what nobody reads (RFC 9113, section 8.1).
                connection.reset(stream);
              }
              end(written.isSuccess());
            });
  }

  /** Ends the call and says why, where it can still be said. */
  private void fail(Status status) {
    if (isOver) {
      return;
    }
    fault = status;
    closeHere(status, new Metadata());
    end(false);
  }

  private void end(boolean completed) {
    if (isOver) {
      return;
    }
    isCancelled = !completed;
    isOver = true;
    connection.giveBack(stream, reader.stop());
    if (timeout != null) {
      timeout.cancel(false);
    }
    if (listener != null) {
      guarded(completed ? listener::onComplete : listener::onCancel);
    }
  }

  @Override
  public boolean isCancelled() {
    return isCancelled;
  }

  @Override
  public MethodDescriptor<Q, A> getMethodDescriptor() {
    return method;
  }

  /** Made when it is asked for: most calls ask once, and there are many connections. */
  @Override
  public Attributes getAttributes() {
    return connection.attributes();
  }
}
