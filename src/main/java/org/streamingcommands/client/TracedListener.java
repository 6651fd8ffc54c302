package org.streamingcommands.client;

import com.google.protobuf.Any;
import java.util.Locale;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.trace.CommandTrace;

/** Ends the sender's span with the last that it hears of its command. */
record TracedListener(CommandListener listener, CommandTrace trace) implements CommandListener {

  @Override
  public void receipt(Receipt receipt) {
    listener.receipt(receipt);
  }

  @Override
  public void progress(Progress progress) {
    listener.progress(progress);
  }

  @Override
  public void outcome(Outcome<Any> outcome) {
    trace.end(word(outcome), outcome.isCompleted());
    listener.outcome(outcome);
  }

  private static String word(Outcome<Any> outcome) {
    return outcome instanceof Outcome.Undelivered<Any> undelivered
        ? undelivered.reason() + "/" + undelivered.certainty()
        : outcome.getClass().getSimpleName().toUpperCase(Locale.ROOT);
  }
}
