package org.streamingcommands.client;

import com.google.protobuf.Message;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;

/** Emits the steps of one command; holds at most its receipts, one progress and its end. */
final class StepSource<R extends Message> extends GraphStage<SourceShape<CommandStep<R>>> {
  private final Outlet<CommandStep<R>> out = Outlet.create("steps");
  private final SourceShape<CommandStep<R>> shape = SourceShape.of(out);
  private final Consumer<Consumer<CommandStep<R>>> start;

  /**
   * @param start sends the command and tells its steps
   */
  StepSource(Consumer<Consumer<CommandStep<R>>> start) {
    this.start = start;
  }

  @Override
  public SourceShape<CommandStep<R>> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inheritedAttributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private final Inbox<R> inbox = new Inbox<>();
    private final AtomicBoolean signalled = new AtomicBoolean();

    private Logic() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              emit();
            }
          });
    }

    @Override
    public void preStart() {
      AsyncCallback<Boolean> wake =
          createAsyncCallback(
              signal -> {
                signalled.set(false);
                emit();
              });
      start.accept(
          step -> {
            inbox.add(step);
            // One signal is enough for however many steps: the inbox is bounded, so is the mailbox.
            if (signalled.compareAndSet(false, true)) {
              wake.invoke(true);
            }
          });
    }

    private void emit() {
      if (!isAvailable(out)) {
        return;
      }
      CommandStep<R> step = inbox.poll();
      if (step != null) {
        push(out, step);
        if (step instanceof CommandStep.Ended<R>) {
          complete(out);
        }
      }
    }
  }

  /** Filled by the engine and emptied by the stream. */
  private static final class Inbox<R extends Message> {
    // Receipts are three at most, and the end is one; progress is conflated.
    private final ArrayDeque<CommandStep<R>> steps = new ArrayDeque<>();

    private synchronized void add(CommandStep<R> step) {
      if (step instanceof CommandStep.Progressed<R>
          && steps.peekLast() instanceof CommandStep.Progressed<R>) {
        steps.removeLast();
      }
      steps.add(step);
    }

    private synchronized @Nullable CommandStep<R> poll() {
      return steps.poll();
    }
  }
}
