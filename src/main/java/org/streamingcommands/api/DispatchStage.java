package org.streamingcommands.api;

import com.google.protobuf.Any;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.Sender;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.DispatchRequest;
import org.streamingcommands.grpc.v1.DispatchResponse;
import org.streamingcommands.grpc.v1.DispatchSend;
import org.streamingcommands.security.Action;
import org.streamingcommands.security.Principal;

/**
 * The Dispatch call: many commands over one stream, in one stage, with no actor and no timer of
 * their own. Reads no further while max-in-flight are under way; an ask counts until its last
 * answer was handed to the transport, so a caller that does not read holds itself back. A wrong
 * request is the outcome of its own correlation id. Whatever ends the stream, its commands go on.
 */
final class DispatchStage extends GraphStage<FlowShape<List<DispatchRequest>, ByteString>> {
  private final Inlet<List<DispatchRequest>> in = Inlet.create("Dispatch.in");
  private final Outlet<ByteString> out = Outlet.create("Dispatch.out");
  private final Connections connections;
  private final Sender sender;
  private final Requests requests;
  private final int maxInFlight;
  private final Principal principal;
  private final SendDoor door;

  DispatchStage(Connections connections, Call call, Requests requests, int maxInFlight) {
    this.connections = connections;
    this.sender = call.sender();
    this.requests = requests;
    this.maxInFlight = maxInFlight;
    this.principal = call.principal();
    this.door = new SendDoor(connections);
  }

  @Override
  public FlowShape<List<DispatchRequest>, ByteString> shape() {
    return FlowShape.of(in, out);
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic implements StepBuffer.Sink {
    private final AsyncCallback<Logic> awake = createAsyncCallback(woken -> turn());
    private final DispatchReady ready = new DispatchReady(() -> awake.invoke(this));
    private final Map<Long, DispatchAsk> inFlight = new HashMap<>();
    private final DispatchAnswers answers = new DispatchAnswers();

    private Iterator<DispatchRequest> unread = Collections.emptyIterator();
    private @Nullable DispatchAsk toWrite;
    private DispatchAsk.@Nullable Send writing;
    private @Nullable Throwable failure;

    Logic() {
      super(shape());
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              List<DispatchRequest> messages = grab(in);
              if (principal.isExpired()) {
                // What was accepted before is answered; what comes now was never read.
                Ending expired = Tenure.expired(connections.counters());
                failure = expired.status().asRuntimeException(expired.trailers());
                cancel(in);
              } else {
                unread = oneByOne(messages).iterator();
              }
              turn();
            }

            @Override
            public void onUpstreamFinish() {
              turn();
            }

            @Override
            public void onUpstreamFailure(Throwable cause) {
              failure = cause;
              if (!isStopping(cause)) {
                failStage(cause);
              } else {
                // What was read is answered first.
                turn();
              }
            }
          });
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              turn();
            }
          });
    }

    /** Whether they came alone or in a batch. */
    private List<DispatchRequest> oneByOne(List<DispatchRequest> messages) {
      List<DispatchRequest> all = new ArrayList<>();
      for (DispatchRequest message : messages) {
        if (message.getBatches()) {
          answers.takeBatches();
        }
        if (message.getBatchCount() == 0 || message.hasSend() || message.hasCancel()) {
          all.add(message);
        }
        all.addAll(message.getBatchList());
      }
      return all;
    }

    private boolean isStopping(Throwable cause) {
      return cause instanceof StatusRuntimeException status
          && status.getStatus().getCode() == io.grpc.Status.Code.UNAVAILABLE;
    }

    @Override
    public void preStart() {
      pull(in);
    }

    /** Reads as far as it may, writes what is ready, and ends when all is done. */
    private void turn() {
      read();
      write();
      if (isClosed(in) && !unread.hasNext() && inFlight.isEmpty() && answers.isEmpty()) {
        if (failure != null) {
          failStage(failure);
        } else {
          completeStage();
        }
      }
    }

    private void read() {
      while (unread.hasNext() && mayRead()) {
        DispatchRequest request = unread.next();
        try {
          accept(request);
        } catch (InvalidRequest e) {
          e.count(connections.counters());
          answer(
              DispatchResponse.newBuilder()
                  .setCorrelationId(request.getCorrelationId())
                  .setOutcome(Wire.outcome(e.outcome())));
        }
      }
      if (!unread.hasNext() && mayRead() && !isClosed(in) && !hasBeenPulled(in)) {
        pull(in);
      }
    }

    private boolean mayRead() {
      return inFlight.size() < maxInFlight && !answers.isFull();
    }

    private void accept(DispatchRequest request) throws InvalidRequest {
      long id = request.getCorrelationId();
      if (inFlight.containsKey(id)) {
        throw InvalidRequest.field(
            "correlation_id: %s is in use".formatted(Long.toUnsignedString(id)));
      }
      if (request.getBatchCount() > 0) {
        throw InvalidRequest.field("batch: must be alone in its message, and not in another batch");
      }
      switch (request.getRequestCase()) {
        case SEND -> send(id, request.getSend());
        case CANCEL -> cancel(id, request.getCancel());
        case REQUEST_NOT_SET -> throw InvalidRequest.field("request: must be set");
      }
    }

    private void send(long id, DispatchSend send) throws InvalidRequest {
      door.check(
          principal, sender, Action.SEND, send.getService(), send.getClientId(), send.getCommand());
      ClientKey client = requests.client(send.getService(), send.getClientId());
      Command command = requests.command(send.hasCommand(), send.getCommand(), null);
      DispatchAsk.Send ask =
          new DispatchAsk.Send(id, ready, Requests.wish(send.getWaitFor()), send.getAllSteps());
      inFlight.put(id, ask);
      connections.send(sender, client, command, ask.wantsSteps(), ask);
    }

    private void cancel(long id, CancelCommandRequest cancel) throws InvalidRequest {
      Permits.service(principal, Action.SEND, cancel.getService());
      ClientKey client = requests.client(cancel.getService(), cancel.getClientId());
      String commandId = requests.commandId(cancel.getCommandId());
      var timeout = requests.timeout(cancel.hasTimeout(), cancel.getTimeout(), null);
      DispatchAsk.Cancel ask = new DispatchAsk.Cancel(id, ready);
      inFlight.put(id, ask);
      new CancelCall(connections, principal)
          .cancel(client, commandId, timeout)
          .whenComplete(ask::ended);
    }

    private void write() {
      if (!isAvailable(out)) {
        return;
      }
      while (!answers.isFull()) {
        if (toWrite == null) {
          toWrite = ready.takeAll();
        }
        if (toWrite == null) {
          break;
        }
        DispatchAsk ask = toWrite;
        // Before it is drained: from then on it may be added anew.
        toWrite = ask.next;
        ask.next = null;
        write(ask);
      }
      if (!answers.isEmpty()) {
        push(out, answers.take());
        read();
      }
    }

    private void write(DispatchAsk ask) {
      if (inFlight.get(ask.correlationId) != ask) {
        // It has its answer, and its command went on.
        return;
      }
      if (ask instanceof DispatchAsk.Send send) {
        writing = send;
        send.drainTo(this);
        writing = null;
      } else if (ask instanceof DispatchAsk.Cancel cancel) {
        cancel.count(connections.counters());
        inFlight.remove(ask.correlationId);
        answer(cancel.answer());
      }
    }

    @Override
    public void receipt(Receipt receipt) {
      DispatchAsk.Send ask = writing;
      if (ask == null) {
        return;
      }
      boolean last = !ask.allSteps && ask.wish != null && receipt.compareTo(ask.wish) >= 0;
      if (ask.allSteps || last) {
        answer(step(ask).setReceipt(Wire.receipt(receipt)));
      }
      if (last) {
        end(ask);
      }
    }

    @Override
    public void progress(Progress progress) {
      DispatchAsk.Send ask = writing;
      if (ask != null && ask.allSteps) {
        answer(step(ask).setProgress(Wire.progress(progress)));
      }
    }

    @Override
    public void outcome(Outcome<Any> outcome) {
      DispatchAsk.Send ask = writing;
      if (ask != null) {
        answer(step(ask).setOutcome(Wire.outcome(outcome)));
        end(ask);
      }
    }

    private void end(DispatchAsk ask) {
      inFlight.remove(ask.correlationId);
      writing = null;
    }

    private DispatchResponse.Builder step(DispatchAsk ask) {
      return DispatchResponse.newBuilder().setCorrelationId(ask.correlationId);
    }

    private void answer(DispatchResponse.Builder response) {
      answers.add(response.build());
    }
  }
}
