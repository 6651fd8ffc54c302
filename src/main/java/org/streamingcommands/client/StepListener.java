package org.streamingcommands.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/** Hands every step to a user's consumer, and the outcome to a future whatever the consumer did. */
record StepListener<R extends Message>(
    Class<R> resultType, Consumer<CommandStep<R>> steps, CompletableFuture<Outcome<R>> result)
    implements CommandListener {
  private static final Logger LOG = LoggerFactory.getLogger(StepListener.class);

  @Override
  public void receipt(Receipt receipt) {
    tell(new CommandStep.Reached<>(receipt));
  }

  @Override
  public void progress(Progress progress) {
    tell(new CommandStep.Progressed<>(progress));
  }

  @Override
  public void outcome(Outcome<Any> outcome) {
    Outcome<R> typed = Outcome.unpack(outcome, resultType);
    tell(new CommandStep.Ended<>(typed));
    result.complete(typed);
  }

  private void tell(CommandStep<R> step) {
    try {
      steps.accept(step);
    } catch (RuntimeException | Error e) {
      LOG.warn("A command's step consumer threw at {}", step, e);
    }
  }
}
