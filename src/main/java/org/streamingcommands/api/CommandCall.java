package org.streamingcommands.api;

import com.google.protobuf.Any;
import com.google.protobuf.MessageLite;
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
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.grpc.http.MessageBatch;

/**
 * The streamed answer of a call about one command. The command is sent when the answer is first
 * pulled: a call that was cancelled before never sends it. Once sent, a cancelled call cancels the
 * command where the caller asked for that and no other call waits for the same command.
 */
final class CommandCall extends GraphStage<SourceShape<ChunkStreamPart>> {
  private final Outlet<ChunkStreamPart> out = Outlet.create("CommandCall.out");
  private final Connections connections;
  private final Call call;
  private final ClientKey client;
  private final Command command;
  private final CallSteps steps;
  private final boolean cancelOnAbandon;

  CommandCall(
      Connections connections,
      Call call,
      ClientKey client,
      Command command,
      CallSteps steps,
      boolean cancelOnAbandon) {
    this.connections = connections;
    this.call = call;
    this.client = client;
    this.command = command;
    this.steps = steps;
    this.cancelOnAbandon = cancelOnAbandon;
  }

  @Override
  public SourceShape<ChunkStreamPart> shape() {
    return SourceShape.of(out);
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic implements StepBuffer.Sink {
    private final MessageBatch batch = call.format().batch();
    private final AsyncCallback<StepBuffer> awake = createAsyncCallback(woken -> flush());
    private final StepBuffer buffer =
        new StepBuffer() {
          @Override
          protected void wake() {
            awake.invoke(this);
          }
        };
    private boolean sent;
    private long send;
    private @Nullable ChunkStreamPart end;

    Logic() {
      super(shape());
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              if (!sent) {
                sent = true;
                send = connections.send(call.sender(), client, command, steps.wantsSteps(), buffer);
              }
              flush();
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              if (sent && end == null && cancelOnAbandon) {
                connections.abandon(send);
              }
              completeStage();
            }
          });
    }

    private void flush() {
      if (!isAvailable(out)) {
        return;
      }
      if (end == null) {
        buffer.drainTo(this);
      }
      if (!batch.isEmpty()) {
        push(out, ChunkStreamPart.create(batch.take()));
      } else if (end != null) {
        push(out, end);
        completeStage();
      }
    }

    @Override
    public void receipt(Receipt receipt) {
      if (end == null) {
        add(steps.receipt(receipt));
        if (steps.endsAt(receipt)) {
          end = call.format().end(Ending.OK);
        }
      }
    }

    @Override
    public void progress(Progress progress) {
      if (end == null) {
        add(steps.progress(progress));
      }
    }

    @Override
    public void outcome(Outcome<Any> outcome) {
      if (end != null) {
        return;
      }
      if (outcome instanceof Outcome.Undelivered<Any> undelivered) {
        end = call.format().end(Ending.of(undelivered, command.id()));
      } else {
        add(steps.outcome(outcome));
        end = call.format().end(Ending.OK);
      }
    }

    private void add(@Nullable MessageLite message) {
      if (message != null) {
        batch.add(message);
      }
    }
  }
}
