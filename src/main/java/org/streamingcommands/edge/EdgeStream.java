package org.streamingcommands.edge;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.connection.ClientSession;
import org.streamingcommands.connection.ClientStream;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.Hello;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.connection.Rejection;
import org.streamingcommands.connection.Welcome;
import org.streamingcommands.edge.http2.GrpcCall;
import org.streamingcommands.grpc.ErrorDetails;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.security.RateLimit;

/**
 * One client's call. Inbound, it reads a frame at a time on the event loop and reports it to the
 * session; before the welcome and while a message handler is busy it reads nothing, and HTTP/2
 * holds the client back. Outbound, the session calls one at a time; credits follow the readiness of
 * the transport, so that no more than its own small buffer is ever queued below.
 */
final class EdgeStream extends ServerCall.Listener<InboundFrame> implements ClientStream {
  /** How many more a ready transport takes: it is asked again after each. */
  private static final int READY = 1;

  private final GrpcCall<InboundFrame, OutboundFrame> call;
  private final EdgeSettings settings;
  private final ClientSession session;
  private final Grounds grounds;
  private final Counters counters;
  private volatile @Nullable RateLimit pace;
  private boolean takesBatches;

  /** Under the session's lock; null before the first command. */
  private @Nullable HeldCommands held;

  static EdgeStream open(
      GrpcCall<InboundFrame, OutboundFrame> call,
      EdgeSettings settings,
      Connections connections,
      Grounds grounds) {
    EdgeStream stream = new EdgeStream(call, settings, connections, grounds);
    call.request(1);
    return stream;
  }

  private EdgeStream(
      GrpcCall<InboundFrame, OutboundFrame> call,
      EdgeSettings settings,
      Connections connections,
      Grounds grounds) {
    this.call = call;
    this.settings = settings;
    this.grounds = grounds;
    this.counters = connections.counters();
    this.session = connections.open(this);
    session.validUntil(grounds.validUntil());
    session.helloWithin(grounds.helloTimeout());
  }

  // ---- inbound ------------------------------------------------------------------------------

  @Override
  public void onMessage(InboundFrame frame) {
    if (!session.isOpen()) {
      return;
    }
    if (frame instanceof InboundFrame.Garbage) {
      session.invalid("frame: the bytes are no ClientFrame");
      return;
    }
    Rejection tooLarge = grounds.refusal(frame);
    if (tooLarge != null) {
      session.refuse(tooLarge);
      return;
    }
    try {
      read(frame);
    } catch (IllegalArgumentException e) {
      session.invalid(String.valueOf(e.getMessage()));
    }
  }

  private void read(InboundFrame frame) {
    if (frame instanceof InboundFrame.Completions results) {
      completed(results.completions());
    } else if (frame instanceof InboundFrame.Pong) {
      pong();
    } else if (frame instanceof InboundFrame.Generated generated) {
      read(generated.frame());
    }
  }

  private void completed(List<Completion> completions) {
    for (Completion completion : completions) {
      session.result(completion.commandId(), completion.outcome());
    }
    readOn(completions.size());
  }

  private void read(ClientFrame frame) {
    switch (frame.getFrameCase()) {
      case RESULT -> {
        CommandResult result = frame.getResult();
        session.result(result.getCommandId(), ResultReader.read(result));
        readOn();
      }
      case RESULTS -> results(frame.getResults().getResultsList());
      case RECEIPT -> {
        session.received(frame.getReceipt().getCommandIdsList());
        readOn();
      }
      case PONG -> pong();
      case PROGRESS -> {
        session.progress(
            frame.getProgress().getCommandId(), Wire.progress(frame.getProgress().getProgress()));
        readOn();
      }
      case EVENT -> session.event(frame.getEvent().getPayload(), this::readOn);
      // The welcome asks for the next.
      case HELLO -> {
        takesBatches = frame.getHello().getBatches();
        hello(HelloReader.read(frame.getHello()));
      }
      case TOKEN_RENEWAL -> renew(frame.getTokenRenewal().getToken());
      case FRAME_NOT_SET ->
          session.invalid("frame: none of the kinds that this version knows is set");
    }
  }

  private void pong() {
    session.pong();
    readOn();
  }

  private void results(List<CommandResult> results) {
    if (results.isEmpty()) {
      throw new IllegalArgumentException("results: must have at least one");
    }
    for (CommandResult result : results) {
      session.result(result.getCommandId(), ResultReader.read(result));
    }
    readOn(results.size());
  }

  private void readOn() {
    readOn(1);
  }

  /** At the pace that the service's clients may have, for which a batch is as many frames. */
  private void readOn(int frames) {
    RateLimit limit = pace;
    long wait = 0;
    for (int n = 0; limit != null && n < frames; n++) {
      wait = limit.takeAndWait(System.nanoTime());
    }
    if (wait == 0) {
      call.request(1);
    } else {
      session.holdBack(Duration.ofNanos(wait), () -> call.request(1));
    }
  }

  private void hello(Hello hello) {
    session.hello(hello, access -> grounds.refusal(hello.client(), access));
  }

  private void renew(String token) {
    ClientKey client = session.client();
    if (client == null) {
      session.invalid("token_renewal: hello must come first");
      return;
    }
    Rejection refusal = grounds.renew(token, client);
    if (refusal == null) {
      session.validUntil(grounds.validUntil());
      session.answer(() -> write(ServerFrames.tokenRenewed(grounds.validUntil())));
      readOn();
    } else {
      session.refuse(refusal);
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
    grounds.leave();
    Status fault = call.fault();
    session.closed(false, fault == null ? "the connection broke" : fault.toString());
  }

  @Override
  public void onComplete() {
    grounds.leave();
    session.closed(false, "the stream is over");
  }

  // ---- outbound -----------------------------------------------------------------------------

  @Override
  public void welcome(Welcome welcome) {
    int rate = session.settings().maxFrameRate();
    pace = rate == 0 ? null : new RateLimit(rate, System.nanoTime());
    write(
        ServerFrames.welcome(
            welcome,
            session.settings(),
            grounds.maxFrameBytes(settings.maxFrameBytes()),
            grounds.validUntil()));
    call.request(1);
  }

  @Override
  public int deliver(Delivery delivery) {
    hold(CommandFrame.of(delivery, Instant.now()));
    return call.isReady() ? READY : 0;
  }

  /**
   * Where the loop that writes is busy with other things first, what it is given meanwhile goes out
   * together.
   */
  private void hold(CommandFrame command) {
    HeldCommands commands = held;
    if (commands == null) {
      commands = new HeldCommands(() -> session.flush(this::flush));
      held = commands;
    }
    if (!commands.hasRoomFor(command)) {
      flush();
    }
    call.loop().hold(commands.isEmpty() ? commands.flush() : null);
    commands.add(command);
    if (commands.isFull()) {
      flush();
    }
  }

  private void flush() {
    HeldCommands commands = held;
    if (commands != null && !commands.isEmpty()) {
      commands.writeTo(call::sendMessage, takesBatches);
    }
  }

  @Override
  public void cancel(String commandId) {
    write(ServerFrames.cancel(commandId));
  }

  @Override
  public void ping(long nonce, long resultsConfirmed) {
    // A transport that takes nothing has a ping's worth of silence ahead of it already.
    if (call.isReady()) {
      write(new PingFrame(nonce, resultsConfirmed));
    }
  }

  @Override
  public void goodbye(Goodbye goodbye) {
    if (goodbye.cause() == Goodbye.Cause.EXPIRED) {
      counters.refused(Refusal.Listener.EDGE, Refusal.EXPIRED).increment();
    }
    write(ServerFrames.goodbye(goodbye));
    call.close(Status.OK, new Metadata());
  }

  @Override
  public void reject(Rejection rejection) {
    Refusal why =
        switch (rejection.kind()) {
          case NOT_AUTHENTICATED -> Refusal.NOT_AUTHENTICATED;
          case NOT_PERMITTED -> Refusal.NOT_PERMITTED;
          case TOO_MANY -> Refusal.TOO_MANY_CONNECTIONS;
          case INVALID, TOO_LARGE, NO_HELLO, UNKNOWN_SERVICE, ALREADY_CONNECTED, UNAVAILABLE ->
              null;
        };
    if (why != null) {
      counters.refused(Refusal.Listener.EDGE, why).increment();
    }
    Status status =
        Status.fromCodeValue(rejection.kind().grpcCode()).withDescription(rejection.message());
    call.close(status, ErrorDetails.of(status, rejection.kind().name(), Map.of()));
  }

  @Override
  public Executor thread() {
    return call.loop().executor();
  }

  private void write(ServerFrame frame) {
    write(new GeneratedFrame(frame));
  }

  private void write(OutboundFrame frame) {
    flush();
    call.sendMessage(frame);
  }
}
