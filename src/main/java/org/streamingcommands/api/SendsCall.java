package org.streamingcommands.api;

import com.google.protobuf.Any;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.SendObserver;
import org.streamingcommands.connection.Sender;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.http.MessageBatch;
import org.streamingcommands.grpc.v1.SendEnded;
import org.streamingcommands.grpc.v1.WatchSendsRequest;
import org.streamingcommands.grpc.v1.WatchSendsResponse;
import org.streamingcommands.json.JsonTypes;

/**
 * The streamed answer of a WatchSends. Observes from the first pull to the end of the stream; keeps
 * a bounded number for a caller who reads slowly, and counts the rest.
 */
final class SendsCall extends GraphStage<SourceShape<ChunkStreamPart>> {
  private static final int LIMIT = 1000;

  private final Outlet<ChunkStreamPart> out = Outlet.create("SendsCall.out");
  private final Connections connections;
  private final WatchSendsRequest request;
  private final Format format;

  SendsCall(Connections connections, WatchSendsRequest request, Format format) {
    this.connections = connections;
    this.request = request;
    this.format = format;
  }

  @Override
  public SourceShape<ChunkStreamPart> shape() {
    return SourceShape.of(out);
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  static String word(Outcome<?> outcome) {
    if (outcome instanceof Outcome.Undelivered<?> undelivered) {
      return undelivered.reason().name();
    }
    return outcome.getClass().getSimpleName().toUpperCase(java.util.Locale.ROOT);
  }

  private static String message(Outcome<?> outcome) {
    if (outcome instanceof Outcome.Undelivered<?> undelivered) {
      return undelivered.message();
    }
    if (outcome instanceof Outcome.Failed<?> failed) {
      return failed.code() + ": " + failed.message();
    }
    return outcome instanceof Outcome.Cancelled<?> cancelled ? cancelled.message() : "";
  }

  private final class Logic extends GraphStageLogic implements SendObserver {
    private final MessageBatch batch = format.batch();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AsyncCallback<Logic> awake = createAsyncCallback(Logic::onAwake);
    private final Queue<SendEnded> ended = new ArrayDeque<>();
    private long missed;
    private @Nullable Runnable unobserve;

    Logic() {
      super(shape());
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              if (unobserve == null) {
                unobserve = connections.observe(Logic.this);
              }
              flush();
            }
          });
    }

    @Override
    public @Nullable Observation begins(Sender by, ClientKey client, Command command) {
      if (!isChosen(client)) {
        return null;
      }
      return (outcome, nanos) -> add(by, client, command, outcome, nanos);
    }

    private boolean isChosen(ClientKey client) {
      return (request.getService().isEmpty() || request.getService().equals(client.service()))
          && (request.getClientId().isEmpty() || request.getClientId().equals(client.clientId()));
    }

    private void add(
        Sender by, ClientKey client, Command command, Outcome<Any> outcome, long nanos) {
      SendEnded event =
          SendEnded.newBuilder()
              .setService(client.service())
              .setClientId(client.clientId())
              .setCommandId(command.id())
              .setType(JsonTypes.name(command.payload()))
              .setOutcome(word(outcome))
              .setMessage(message(outcome))
              .setMode(by.mode().name())
              .setPrincipal(by.principal())
              .setDuration(Wire.duration(Duration.ofNanos(nanos)))
              .setEndedAt(Wire.timestamp(Instant.now()))
              .build();
      synchronized (ended) {
        if (ended.size() < LIMIT) {
          ended.add(event);
        } else {
          missed++;
        }
      }
      if (woken.compareAndSet(false, true)) {
        awake.invoke(this);
      }
    }

    private void onAwake() {
      // Before the events are taken: what comes later wakes it again.
      woken.set(false);
      flush();
    }

    private void flush() {
      if (!isAvailable(out)) {
        return;
      }
      synchronized (ended) {
        while (!ended.isEmpty() && !batch.isFull()) {
          batch.add(WatchSendsResponse.newBuilder().setEnded(ended.remove()).build());
        }
        if (missed > 0 && ended.isEmpty()) {
          batch.add(WatchSendsResponse.newBuilder().setMissed(missed).build());
          missed = 0;
        }
      }
      if (!batch.isEmpty()) {
        push(out, ChunkStreamPart.create(batch.take()));
      }
    }

    @Override
    public void postStop() {
      if (unobserve != null) {
        unobserve.run();
      }
    }
  }
}
