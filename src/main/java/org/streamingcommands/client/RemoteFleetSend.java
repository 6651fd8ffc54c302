package org.streamingcommands.client;

import com.google.protobuf.Any;
import io.grpc.Status;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Outcome.Undelivered;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.WaveReport;
import org.streamingcommands.connection.FleetTally;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;

/**
 * A send to many over the wire. Where a node goes away or refuses, another is asked for those who
 * have no outcome yet: the command id is the same, under which nobody runs it twice.
 *
 * <p>Its calls come one after the other, and each is told one thing at a time, so nothing here
 * needs a lock.
 */
final class RemoteFleetSend implements RemoteFleetCall.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteFleetSend.class);

  private final ApiLinks links;
  private final FleetRest rest;
  private final FleetListener<Any> listener;
  private final CompletableFuture<FleetSummary> result;
  private final FleetTally tally = new FleetTally();

  /** Those that a node passed on to nobody: the last word on them where no other does better. */
  private final Map<String, Outcome<Any>> refused = new LinkedHashMap<>();

  private Queue<ApiLink> untried = new ArrayDeque<>();
  private @Nullable ApiLink link;
  private String commandId = "";

  /** Whether the current call had an outcome for anybody. */
  private boolean useful;

  /** Whether an earlier call may have reached clients of whom it said nothing. */
  private boolean unsure;

  private int waveClients;
  private int waveFailed;
  private volatile @Nullable RemoteFleetCall call;

  RemoteFleetSend(
      ApiLinks links,
      FleetRest rest,
      FleetListener<Any> listener,
      CompletableFuture<FleetSummary> result) {
    this.links = links;
    this.rest = rest;
    this.listener = listener;
    this.result = result;
  }

  void start() {
    untried = links.inTurn(null);
    result.whenComplete(
        (summary, failure) -> {
          RemoteFleetCall running = call;
          if (result.isCancelled() && running != null) {
            running.cancel();
          }
        });
    call(untried.remove());
  }

  private void call(ApiLink next) {
    link = next;
    useful = false;
    refused.clear();
    RemoteFleetCall another = new RemoteFleetCall(next.target().toString(), this);
    call = another;
    CommandServiceGrpc.newStub(next.channel()).sendToMany(rest.request(), another);
    if (result.isCancelled()) {
      another.cancel();
    }
  }

  @Override
  public void started(String id, int targets) {
    rest.found(targets);
    if (commandId.isEmpty()) {
      commandId = id;
      tell(() -> listener.started(id, rest.targets()));
    }
  }

  @Override
  public void outcome(String clientId, Outcome<Any> outcome) {
    if (isRefusal(outcome) && links.size() > 1) {
      refused.put(clientId, outcome);
    } else if (rest.done(clientId)) {
      useful = true;
      conclude(clientId, certain(outcome));
    }
  }

  private void conclude(String clientId, Outcome<Any> outcome) {
    tally.count(outcome);
    waveClients++;
    waveFailed += outcome.isCompleted() ? 0 : 1;
    tell(() -> listener.outcome(clientId, outcome));
  }

  private static boolean isRefusal(Outcome<Any> outcome) {
    return outcome instanceof Undelivered<Any> end
        && end.certainty() == Certainty.NOT_SENT
        && (end.reason() == Reason.SHUTTING_DOWN || end.reason() == Reason.NO_MAJORITY);
  }

  /** A node speaks only for the delivery that it knows. */
  private Outcome<Any> certain(Outcome<Any> outcome) {
    return unsure
            && outcome instanceof Undelivered<Any> end
            && end.certainty() == Certainty.NOT_SENT
        ? new Undelivered<>(end.reason(), Certainty.SENT_UNCONFIRMED, end.message())
        : outcome;
  }

  @Override
  public void waveEnded(WaveReport wave) {
    if (refused.isEmpty()) {
      report(rest.wave(wave.number()), wave.stopped());
    }
  }

  private void report(int number, boolean stopped) {
    WaveReport whole = new WaveReport(number, waveClients, waveFailed, stopped);
    waveClients = 0;
    waveFailed = 0;
    tell(() -> listener.waveEnded(whole));
  }

  @Override
  public void summary(FleetSummary summary) {
    if (refused.isEmpty()) {
      complete(summary.skipped());
      return;
    }
    ApiLink next = next();
    if (next != null) {
      call(next);
      return;
    }
    // Nobody does better: what the last one said holds.
    refused.forEach(
        (clientId, outcome) -> {
          if (rest.done(clientId)) {
            conclude(clientId, certain(outcome));
          }
        });
    report(rest.currentWave(), summary.skipped() > 0);
    complete(summary.skipped());
  }

  private void complete(int skipped) {
    links.letGo();
    result.complete(tally.summary(commandId, rest.targets(), skipped));
  }

  @Override
  public void failed(Status status, Undelivered<Any> why) {
    boolean away = status.getCode() == Status.Code.UNAVAILABLE;
    unsure |=
        why.certainty() != Certainty.NOT_SENT && !(status.getCause() instanceof ConnectException);
    if (away && rest.isEmpty()) {
      if (waveClients > 0) {
        report(rest.currentWave(), false);
      }
      complete(0);
      return;
    }
    if (away && !result.isDone() && !rest.isStoppedBy(waveFailed, rest.currentWave())) {
      ApiLink next = next();
      if (next != null) {
        LOG.debug("A send to many goes on at {}: {}", next.target(), why.message());
        call(next);
        return;
      }
    }
    links.letGo();
    result.completeExceptionally(new CommandException(certain(why)));
  }

  /** Another node; each is tried once, and all again after one that was of use. */
  private @Nullable ApiLink next() {
    if (useful) {
      untried = links.inTurn(link);
    }
    return untried.poll();
  }

  /** What a listener throws must not end the call, which would end the sending. */
  private static void tell(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      LOG.warn("A listener of a send to many clients threw", e);
    }
  }
}
