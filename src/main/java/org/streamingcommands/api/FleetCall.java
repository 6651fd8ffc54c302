package org.streamingcommands.api;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.FleetPlan;
import org.streamingcommands.connection.FleetSend;
import org.streamingcommands.connection.FleetStep;
import org.streamingcommands.grpc.http.MessageBatch;

/**
 * The streamed answer of a SendToMany. Sending begins when the answer is first pulled, and goes on
 * as outcomes are pulled. However the stream ends before the summary, nobody else is sent to.
 */
final class FleetCall extends GraphStage<SourceShape<ChunkStreamPart>> {
  private final Outlet<ChunkStreamPart> out = Outlet.create("FleetCall.out");
  private final Connections connections;
  private final Call call;
  private final FleetPlan plan;
  private final boolean cancelOnAbandon;

  FleetCall(Connections connections, Call call, FleetPlan plan, boolean cancelOnAbandon) {
    this.connections = connections;
    this.call = call;
    this.plan = plan;
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

  private final class Logic extends GraphStageLogic {
    private final MessageBatch batch = call.format().batch();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AsyncCallback<FleetSend> awake = createAsyncCallback(this::onAwake);
    private final FleetSend send = new FleetSend(connections, call.sender(), plan, this::wake);
    private boolean started;
    private boolean finished;

    Logic() {
      super(shape());
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              if (!started) {
                started = true;
                send.start();
              }
              flush();
            }
          });
    }

    private void wake(FleetSend ready) {
      if (woken.compareAndSet(false, true)) {
        awake.invoke(ready);
      }
    }

    private void onAwake(FleetSend ready) {
      // Before the steps are taken: those that come later wake it again.
      woken.set(false);
      flush();
    }

    private void flush() {
      if (!isAvailable(out)) {
        return;
      }
      while (!finished && !batch.isFull()) {
        FleetStep step = send.poll();
        if (step == null) {
          break;
        }
        batch.add(FleetAnswers.of(step));
        finished = step instanceof FleetStep.Finished;
      }
      if (!batch.isEmpty()) {
        push(out, ChunkStreamPart.create(batch.take()));
      } else if (finished) {
        push(out, call.format().end(Ending.OK));
        completeStage();
      }
    }

    @Override
    public void postStop() {
      if (started && !finished) {
        send.abandon(cancelOnAbandon);
      }
    }
  }
}
