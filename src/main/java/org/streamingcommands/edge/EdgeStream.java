package org.streamingcommands.edge;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.Executor;
import org.streamingcommands.connection.ClientSession;
import org.streamingcommands.connection.ClientStream;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.Rejection;
import org.streamingcommands.connection.Welcome;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.ServerFrame;

/**
 * One client's call. Inbound, it reads a frame at a time on the event loop and reports it to the
 * session; before the welcome and while a message handler is busy it reads nothing, and HTTP/2
 * holds the client back. Outbound, the session calls one at a time; credits follow the readiness of
 * the transport, so that no more than its own small buffer is ever queued below.
 */
final class EdgeStream extends ServerCall.Listener<ClientFrame> implements ClientStream {
  /** How many more a ready transport takes: it is asked again after each. */
  private static final int READY = 1;

  private final ServerCall<ClientFrame, ServerFrame> call;
  private final EdgeSettings settings;
  private final Executor thread;
  private final CloseReason closeReason = CloseReason.ofCurrentCall();
  private final ClientSession session;
  private boolean headersSent;

  static EdgeStream open(
      ServerCall<ClientFrame, ServerFrame> call,
      EdgeSettings settings,
      Connections connections,
      Executor thread) {
    EdgeStream stream = new EdgeStream(call, settings, connections, thread);
    call.request(1);
    return stream;
  }

  private EdgeStream(
      ServerCall<ClientFrame, ServerFrame> call,
      EdgeSettings settings,
      Connections connections,
      Executor thread) {
    this.call = call;
    this.settings = settings;
    this.thread = thread;
    this.session = connections.open(this);
  }

  // ---- inbound ------------------------------------------------------------------------------

  @Override
  public void onMessage(ClientFrame frame) {
    if (!session.isOpen()) {
      return;
    }
    if (frame == FrameMarshaller.GARBAGE) {
      session.invalid("frame: the bytes are no ClientFrame");
      return;
    }
    try {
      read(frame);
    } catch (IllegalArgumentException e) {
      session.invalid(String.valueOf(e.getMessage()));
    }
  }

  private void read(ClientFrame frame) {
    switch (frame.getFrameCase()) {
      case RESULT -> {
        CommandResult result = frame.getResult();
        session.result(result.getCommandId(), ResultReader.read(result));
        call.request(1);
      }
      case RECEIPT -> {
        session.received(frame.getReceipt().getCommandIdsList());
        call.request(1);
      }
      case PONG -> {
        session.pong();
        call.request(1);
      }
      case PROGRESS -> {
        session.progress(
            frame.getProgress().getCommandId(), Wire.progress(frame.getProgress().getProgress()));
        call.request(1);
      }
      case EVENT -> session.event(frame.getEvent().getPayload(), () -> call.request(1));
      // The welcome asks for the next.
      case HELLO -> session.hello(HelloReader.read(frame.getHello()));
      case FRAME_NOT_SET ->
          session.invalid("frame: none of the kinds that this version knows is set");
    }
  }

  @Override
  public void onReady() {
    session.credits(READY);
  }

  @Override
  public void onHalfClose() {
    if (session.isOpen()) {
      session.closed(true, "the client left");
      call.close(Status.OK, new Metadata());
    }
  }

  @Override
  public void onCancel() {
    Status fault = closeReason.fault();
    session.closed(false, fault == null ? "the connection broke" : fault.toString());
    if (fault != null) {
      // Goes out before the reset that the transport is about to send.
      call.close(fault, new Metadata());
    }
  }

  @Override
  public void onComplete() {
    session.closed(false, "the stream is over");
  }

  // ---- outbound -----------------------------------------------------------------------------

  @Override
  public void welcome(Welcome welcome) {
    write(ServerFrames.welcome(welcome, session.settings(), settings.maxFrameBytes()));
    call.request(1);
  }

  @Override
  public int deliver(Delivery delivery) {
    write(ServerFrames.command(delivery));
    return call.isReady() ? READY : 0;
  }

  @Override
  public void cancel(String commandId) {
    write(ServerFrames.cancel(commandId));
  }

  @Override
  public void ping(long nonce, long resultsConfirmed) {
    // A transport that takes nothing has a ping's worth of silence ahead of it already.
    if (call.isReady()) {
      write(ServerFrames.ping(nonce, resultsConfirmed));
    }
  }

  @Override
  public void goodbye(Goodbye goodbye) {
    write(ServerFrames.goodbye(goodbye));
    call.close(Status.OK, new Metadata());
  }

  @Override
  public void reject(Rejection rejection) {
    call.close(
        Status.fromCodeValue(rejection.kind().grpcCode()).withDescription(rejection.message()),
        new Metadata());
  }

  @Override
  public Executor thread() {
    return thread;
  }

  private void write(ServerFrame frame) {
    if (!headersSent) {
      headersSent = true;
      call.sendHeaders(new Metadata());
    }
    call.sendMessage(frame);
  }
}
