package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;

/** Takes the steps of a send to many as soon as they are there and tells them. */
record FleetTeller(FleetListener<Any> listener, CompletableFuture<FleetSummary> result) {
  private static final Logger log = LoggerFactory.getLogger(FleetTeller.class);

  void drain(FleetSend send) {
    for (FleetStep step = send.poll(); step != null; step = send.poll()) {
      if (step instanceof FleetStep.Finished finished) {
        result.complete(finished.summary());
      } else {
        tell(step);
      }
    }
  }

  /** A listener that throws must not stop the sending. */
  private void tell(FleetStep step) {
    try {
      if (step instanceof FleetStep.Ended ended) {
        listener.outcome(ended.clientId(), ended.outcome());
      } else if (step instanceof FleetStep.WaveEnded wave) {
        listener.waveEnded(wave.report());
      } else if (step instanceof FleetStep.Started started) {
        if (!started.silent().isEmpty()) {
          log.warn("Nodes that did not say whom the labels choose: {}", started.silent());
        }
        listener.started(started.commandId(), started.targets());
      }
    } catch (RuntimeException | Error e) {
      log.warn("A listener of a send to many clients threw at {}", step, e);
    }
  }
}
