package org.streamingcommands.service;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Names;
import org.streamingcommands.connection.ClientSession;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.Hello;

/**
 * One client's stream as one fused stage: the client's messages in, the server's out. It registers
 * when it is materialised and deregisters when either side ends, whichever way. A half-close counts
 * as a lost connection, because a closed TCP connection looks the same. After its last word it
 * drains what still comes in, for {@link #LINGER} at most.
 */
final class ClientStreamStage<M, C> extends GraphStage<FlowShape<M, C>> {
  /** Frames that wait for the transport, on top of its own buffers. */
  static final int OUTBOX = 64;

  /** And their bytes; beyond, commands wait in the engine's queue, which counts them. */
  private static final int OUTBOX_BYTES = 256 * 1024;

  /** How long a stream that has said its last word waits for the client to take it and to go. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private final Inlet<M> in = Inlet.create("ClientStream.in");
  private final Outlet<C> out = Outlet.create("ClientStream.out");
  private final FlowShape<M, C> shape = FlowShape.of(in, out);
  private final Connections connections;
  private final String service;
  private final StreamProtocol<M, C> protocol;
  private final MessageHandler<M> messages;

  /** Where application messages and the user's own errors go. */
  interface MessageHandler<M> {
    void message(String clientId, M message, Runnable taken);

    void failed(String clientId, Throwable error);
  }

  ClientStreamStage(
      Connections connections,
      String service,
      StreamProtocol<M, C> protocol,
      MessageHandler<M> messages) {
    this.connections = connections;
    this.service = service;
    this.protocol = protocol;
    this.messages = messages;
  }

  @Override
  public FlowShape<M, C> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inheritedAttributes) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic implements StreamWriter.Stage {
    private final AsyncCallback<StreamWriter.Wake> wakes = createAsyncCallback(this::onWake);
    private final Outbox<C> outbox = new Outbox<>(OUTBOX, OUTBOX_BYTES);
    private @Nullable ClientSession opened;
    private @Nullable M first;
    private boolean lingering;

    Logic() {
      super(shape);
      setHandler(in, new Inbox());
      setHandler(out, new Taker());
    }

    @Override
    public void preStart() {
      opened = connections.open(new StreamWriter<>(protocol, outbox, this));
      pull(in);
    }

    @Override
    public void postStop() {
      // For an end that no handler saw, such as the materializer's.
      session().closed(false, "the stream was stopped");
    }

    private ClientSession session() {
      ClientSession session = opened;
      if (session == null) {
        throw new IllegalStateException("not started");
      }
      return session;
    }

    // ---- from any thread --------------------------------------------------------------------

    @Override
    public void wake(StreamWriter.Wake wake) {
      wakes.invoke(wake);
    }

    @Override
    public void failed(RuntimeException error) {
      ClientSession session = opened;
      ClientKey client = session == null ? null : session.client();
      if (client != null) {
        messages.failed(client.clientId(), error);
      }
    }

    // ---- outbound ---------------------------------------------------------------------------

    private void onWake(StreamWriter.Wake wake) {
      switch (wake) {
        case OUTBOX -> flush();
        case WELCOME -> {
          flush();
          readFirst();
        }
        case READ_ON -> readOn();
      }
    }

    private void flush() {
      if (isAvailable(out)) {
        C next = outbox.poll();
        if (next != null) {
          push(out, next);
          int credits = outbox.creditsDue();
          if (credits > 0) {
            session().credits(credits);
          }
        }
      }
      if (outbox.ending() != null && !lingering) {
        lingering = true;
        scheduleOnce(Outbox.Ending.class, LINGER);
        readOn();
      }
      Outbox.Ending reached = outbox.endingReached();
      if (reached != null && !isClosed(out)) {
        end(reached);
      }
    }

    private void end(Outbox.Ending ending) {
      if (ending.failure() == null) {
        complete(out);
      } else {
        fail(out, ending.failure());
      }
    }

    @Override
    public void onTimer(Object key) {
      Outbox.Ending ending = outbox.ending();
      if (ending != null && !isClosed(out)) {
        end(ending);
      }
      completeStage();
    }

    // ---- inbound ----------------------------------------------------------------------------

    private void readOn() {
      if (!isClosed(in) && !hasBeenPulled(in)) {
        pull(in);
      }
    }

    private void hello(M message) {
      Hello hello;
      try {
        ClientKey client = ClientKey.of(service, protocol.clientId(message));
        hello = protocol.hello(client, message);
        Optional<String> problem = Names.problemWithLabels("labels", hello.labels());
        if (problem.isPresent()) {
          throw new IllegalArgumentException(problem.get());
        }
      } catch (RuntimeException e) {
        session().invalid(nameProblem("hello", e));
        return;
      }
      // Nothing more is read until the engine's welcome.
      first = message;
      session().hello(hello);
    }

    private void readFirst() {
      M message = first;
      if (message != null) {
        read(message);
      }
    }

    private void read(M message) {
      Inbound inbound;
      try {
        inbound = protocol.read(message);
      } catch (RuntimeException e) {
        session().invalid(nameProblem("message", e));
        return;
      }
      if (inbound == Inbound.Signal.MESSAGE) {
        handOver(message);
        return;
      }
      if (inbound instanceof Inbound.Result result) {
        session().result(result.commandId(), result.outcome());
      } else if (inbound instanceof Inbound.Received received) {
        session().received(received.commandIds());
      } else if (inbound instanceof Inbound.Progress progress) {
        session().progress(progress.commandId(), progress.progress());
      } else if (inbound == Inbound.Signal.LEAVING) {
        session().closed(true, "the client left");
        outbox.end(new Outbox.Ending(null));
        flush();
      } else {
        // A pong, or nothing in particular: both are signs of life.
        session().pong();
      }
      readOn();
    }

    private void handOver(M message) {
      // Who comes second reads on: this thread, or the one that made room later.
      AtomicBoolean come = new AtomicBoolean();
      session()
          .event(
              (client, taken) -> messages.message(client.clientId(), message, taken),
              () -> {
                if (!come.compareAndSet(false, true)) {
                  wakes.invoke(StreamWriter.Wake.READ_ON);
                }
              });
      if (!come.compareAndSet(false, true)) {
        readOn();
      }
    }

    private String nameProblem(String where, RuntimeException e) {
      return e.getMessage() == null ? where + ": " + e : e.getMessage();
    }

    private final class Inbox extends AbstractInHandler {
      @Override
      public void onPush() {
        M message = grab(in);
        if (lingering || !session().isOpen()) {
          readOn();
        } else if (first == null) {
          hello(message);
        } else {
          read(message);
        }
      }

      @Override
      public void onUpstreamFinish() {
        session().closed(false, "the client closed its end");
        outbox.end(new Outbox.Ending(null));
        flush();
      }

      @Override
      public void onUpstreamFailure(Throwable cause) {
        session().closed(false, "the stream broke: " + cause.getMessage());
        Status status =
            cause instanceof InvalidProtocolBufferException
                ? Status.INVALID_ARGUMENT.withDescription("message: " + cause.getMessage())
                : Status.CANCELLED.withDescription(cause.getMessage());
        failStage(Statuses.exception(status));
      }
    }

    private final class Taker extends AbstractOutHandler {
      @Override
      public void onPull() {
        flush();
      }

      @Override
      public void onDownstreamFinish(Throwable cause) {
        session().closed(false, "the client closed the stream");
        cancelStage(cause);
      }
    }
  }
}
