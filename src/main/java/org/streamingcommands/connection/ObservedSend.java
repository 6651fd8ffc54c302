package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/** Counts and times one send on its way to the listener, and tells those who observe. */
final class ObservedSend implements CommandListener {
  private static final Logger log = LoggerFactory.getLogger(ObservedSend.class);

  private final CommandListener listener;
  private final Sender.Mode mode;
  private final Counters counters;
  private final long startedNanos = System.nanoTime();
  private List<SendObserver.Observation> observations = List.of();

  ObservedSend(CommandListener listener, Sender.Mode mode, Counters counters) {
    this.listener = listener;
    this.mode = mode;
    this.counters = counters;
  }

  /** Lets each observer in, and answers the command as it shall travel. */
  Command begin(SendObserver[] observers, Sender by, ClientKey client, Command command) {
    Command travelling = command;
    for (SendObserver observer : observers) {
      try {
        SendObserver.Observation observation = observer.begins(by, client, travelling);
        if (observation != null) {
          if (observations.isEmpty()) {
            observations = new ArrayList<>(observers.length);
          }
          observations.add(observation);
          travelling = observation.command(travelling);
        }
      } catch (RuntimeException e) {
        log.error("an observer of sends threw", e);
      }
    }
    return travelling;
  }

  static void refused(SendObserver[] observers, SendObserver.Refused send) {
    for (SendObserver observer : observers) {
      try {
        observer.refused(send);
      } catch (RuntimeException e) {
        log.error("an observer of sends threw", e);
      }
    }
  }

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
    long nanos = System.nanoTime() - startedNanos;
    counters.sends(mode).ended(outcome, nanos);
    if (!observations.isEmpty()) {
      tellObservers(outcome, nanos);
    }
    listener.outcome(outcome);
  }

  private void tellObservers(Outcome<Any> outcome, long nanos) {
    for (SendObserver.Observation observation : observations) {
      try {
        observation.ended(outcome, nanos);
      } catch (RuntimeException e) {
        log.error("an observer of sends threw", e);
      }
    }
  }
}
