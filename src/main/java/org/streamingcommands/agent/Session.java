package org.streamingcommands.agent;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.agent.Disconnect.Cause;
import org.streamingcommands.agent.Timers.Timer;
import org.streamingcommands.command.Progress;
import org.streamingcommands.credentials.BearerToken;
import org.streamingcommands.credentials.TokenSource;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc.ClientStreamServiceStub;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.Goodbye;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.grpc.v1.Welcome;

/**
 * One attempt to connect and, once welcomed, one connection: a stream on a channel of its own. It
 * ends once, for one cause; whatever the network says after that is not heard.
 */
final class Session implements ClientResponseObserver<ClientFrame, ServerFrame> {
  private static final Logger log = LoggerFactory.getLogger(Session.class);

  /** What the owner of a session hears. */
  interface Owner {
    void welcomed(Session session, Welcome welcome);

    /**
     * The last word.
     *
     * @param reconnectDelay what the server asked for
     */
    void ended(Session session, Cause cause, String message, Duration reconnectDelay);
  }

  /** Where it stands; it only goes forward. */
  private enum Phase {
    GREETING,
    OPEN,
    ENDED
  }

  private final ManagedChannel channel;
  private final Owner owner;
  private final CommandRunner runner;
  private final Timers timers;
  private final Outbox outbox;
  private final @Nullable TokenSource token;
  private final Renewal renewal;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.GREETING);
  private @Nullable ClientCallStreamObserver<ClientFrame> requests;

  /** Whether a server took the connection. */
  private volatile boolean connected;

  private volatile Timer timer = Timer.NONE;
  private volatile long lastSign;

  Session(
      ManagedChannel channel,
      @Nullable TokenSource token,
      Owner owner,
      CommandRunner runner,
      Ledger ledger,
      Timers timers) {
    this.channel = channel;
    this.owner = owner;
    this.runner = runner;
    this.timers = timers;
    this.outbox = new Outbox(this, ledger);
    this.token = token;
    this.renewal = new Renewal(token, timers, outbox);
    this.lastSign = timers.nanos();
  }

  /** Dials, and says hello. */
  void start(Greeting greeting, Duration welcomeTimeout) {
    timer =
        timers.schedule(
            welcomeTimeout,
            () -> {
              if (phase.get() == Phase.GREETING) {
                String what = connected ? "no welcome within " : "no connection within ";
                end(Cause.UNREACHABLE, what + welcomeTimeout, Duration.ZERO);
              }
            });
    ClientStreamServiceStub stub =
        ClientStreamServiceGrpc.newStub(channel)
            .withInterceptors(new OnStream(() -> connected = true));
    (token == null ? stub : stub.withCallCredentials(new BearerToken(token))).connect(this);
    if (requests != null) {
      outbox.greet(requests, greeting);
    }
    if (hasEnded()) {
      timer.cancel();
      outbox.close();
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ClientFrame> stream) {
    requests = stream;
    stream.setOnReadyHandler(outbox::ready);
  }

  @Override
  public void onNext(ServerFrame frame) {
    if (hasEnded()) {
      return;
    }
    lastSign = timers.nanos();
    switch (frame.getFrameCase()) {
      case WELCOME -> onWelcome(frame.getWelcome());
      case GOODBYE -> onGoodbye(frame.getGoodbye());
      default -> {
        if (phase.get() == Phase.OPEN) {
          onFrame(frame);
        } else {
          end(Cause.UNREACHABLE, "the server did not say welcome first", Duration.ZERO);
        }
      }
    }
  }

  private void onFrame(ServerFrame frame) {
    switch (frame.getFrameCase()) {
      case COMMAND -> onCommand(frame.getCommand());
      case COMMANDS -> {
        // What they are answered with at once goes out together.
        outbox.hold();
        try {
          frame.getCommands().getCommandsList().forEach(this::onCommand);
        } finally {
          outbox.release();
        }
      }
      case CANCEL -> runner.cancel(frame.getCancel().getCommandId(), this);
      case PING -> {
        outbox.pong(frame.getPing().getNonce());
        outbox.confirm(frame.getPing().getResultsConfirmed());
      }
      case TOKEN_RENEWED -> {
        if (frame.getTokenRenewed().hasValidFor()) {
          renewal.validFor(Wire.duration(frame.getTokenRenewed().getValidFor()));
        }
      }
      default -> log.debug("A frame of a kind that this version does not know was left out");
    }
  }

  private void onCommand(CommandDelivery command) {
    outbox.confirm(command.getResultsConfirmed());
    runner.arrived(command, this);
  }

  private void onWelcome(Welcome welcome) {
    if (!phase.compareAndSet(Phase.GREETING, Phase.OPEN)) {
      log.debug("The server said welcome twice");
      return;
    }
    timer.cancel();
    if (!outbox.open(welcome.getMaxFrameBytes(), welcome.getBatches())) {
      end(Cause.UNREACHABLE, "the server said welcome before it heard a hello", Duration.ZERO);
      return;
    }
    if (welcome.hasValidFor()) {
      renewal.validFor(Wire.duration(welcome.getValidFor()));
    }
    Duration interval = Wire.duration(welcome.getPingInterval());
    if (!interval.isNegative() && !interval.isZero()) {
      // One ping may be late or left out while the transport is full; two are not.
      watch(interval.multipliedBy(2).plus(Wire.duration(welcome.getPingTimeout())));
    }
    owner.welcomed(this, welcome);
  }

  /** Ends the session once neither end has spoken for so long: a server that is there pings. */
  private void watch(Duration silence) {
    Duration left = silence.minusNanos(timers.nanos() - lastSign);
    if (left.isNegative() || left.isZero()) {
      end(Cause.SILENT, "heard nothing for " + silence, Duration.ZERO);
      return;
    }
    timer = timers.schedule(left, () -> watch(silence));
    if (hasEnded()) {
      timer.cancel();
    }
  }

  private void onGoodbye(Goodbye goodbye) {
    Cause cause =
        switch (goodbye.getReason()) {
          case GOODBYE_REASON_REPLACED -> Cause.REPLACED;
          case GOODBYE_REASON_OVERLOADED -> Cause.OVERLOADED;
          case GOODBYE_REASON_DISCONNECTED -> Cause.DISCONNECTED;
          case GOODBYE_REASON_SILENT -> Cause.SILENT;
          case GOODBYE_REASON_EXPIRED -> Cause.EXPIRED;
          default -> Cause.DRAINING;
        };
    Duration delay = Wire.duration(goodbye.getReconnectDelay());
    end(cause, goodbye.getMessage(), delay.isNegative() ? Duration.ZERO : delay);
  }

  @Override
  public void onError(Throwable error) {
    Status status = Status.fromThrowable(error);
    Cause cause =
        switch (status.getCode()) {
          case INVALID_ARGUMENT, UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED -> Cause.REFUSED;
          default -> phase.get() == Phase.OPEN ? Cause.LOST : Cause.UNREACHABLE;
        };
    String description = status.getDescription();
    end(
        cause,
        description == null ? status.getCode().name() : status.getCode() + ": " + description,
        Duration.ZERO);
  }

  @Override
  public void onCompleted() {
    Cause cause = phase.get() == Phase.OPEN ? Cause.LOST : Cause.UNREACHABLE;
    end(cause, "the server ended the stream", Duration.ZERO);
  }

  /** Ends the session, if it has not ended. In flight commands stay so: this is no half-close. */
  void end(Cause cause, String message, Duration reconnectDelay) {
    if (phase.getAndSet(Phase.ENDED) == Phase.ENDED) {
      return;
    }
    timer.cancel();
    renewal.end();
    outbox.close();
    try {
      channel.shutdownNow();
    } finally {
      // An owner that does not hear of the end never dials again.
      owner.ended(this, cause, message, reconnectDelay);
    }
  }

  /** Sends what is left and half-closes. The server's answer ends the session. */
  void leave() {
    if (phase.get() == Phase.OPEN) {
      outbox.complete();
    } else {
      end(Cause.CLOSED, "the agent was closed", Duration.ZERO);
    }
  }

  void result(FinishedCommand finished) {
    outbox.result(finished);
  }

  void repeat(FinishedCommand finished) {
    outbox.repeat(finished);
  }

  void receipt(RunningCommand command) {
    outbox.receipt(command);
  }

  void progress(RunningCommand command, Progress progress) {
    var frame = ClientFrame.newBuilder();
    frame
        .getProgressBuilder()
        .setCommandId(command.commandId())
        .setProgress(Wire.progress(progress));
    outbox.progress(command, frame.build());
  }

  boolean event(ClientFrame frame) {
    if (outbox.isTooLarge(frame)) {
      throw new IllegalArgumentException(
          "the server does not take an event of %d bytes".formatted(frame.getSerializedSize()));
    }
    return outbox.event(frame);
  }

  /** The server may leave a ping out while it hears from its client. */
  void spoke() {
    lastSign = timers.nanos();
  }

  private boolean hasEnded() {
    return phase.get() == Phase.ENDED;
  }
}
