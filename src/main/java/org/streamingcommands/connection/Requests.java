package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/**
 * What this node's senders and operators ask of clients' entities: notes who waits for the answer,
 * and finds the way. Thread-safe.
 */
final class Requests {
  private final SendGate gate;
  private final PendingSends sends;
  private final LocalEntities entities;
  private final EntityRegion region;
  private final Shortcuts shortcuts;
  private final FrameLimit limit;
  private final Counters counters;
  private final InstantSource clock;

  /** Replaced as a whole; an array, for it is gone over for every send. */
  private volatile SendObserver[] observers = {};

  Requests(
      SendGate gate,
      PendingSends sends,
      LocalEntities entities,
      EntityRegion region,
      Shortcuts shortcuts,
      FrameLimit limit,
      Counters counters,
      InstantSource clock) {
    this.gate = gate;
    this.sends = sends;
    this.entities = entities;
    this.region = region;
    this.shortcuts = shortcuts;
    this.limit = limit;
    this.counters = counters;
    this.clock = clock;
  }

  /**
   * @param batches where to put what goes to another node with others of its payload
   * @return names this send to {@link #abandon}
   */
  long send(
      Sender by,
      ClientKey client,
      Command command,
      boolean steps,
      CommandListener listener,
      @Nullable NodeBatches batches) {
    ObservedSend observed = new ObservedSend(listener, by.mode(), counters);
    return admit(client, observed.begin(observers, by, client, command), steps, observed, batches);
  }

  private long admit(
      ClientKey client,
      Command command,
      boolean steps,
      CommandListener listener,
      @Nullable NodeBatches batches) {
    Outcome<Any> refusal = gate.refusal(client.service(), command);
    if (refusal != null) {
      listener.outcome(refusal);
      return 0;
    }
    LocalEntities.Entry entity = entities.find(client);
    if (entity != null) {
      ClientConnection.Send send =
          sends.send(client, command, steps, listener, PendingSends.Way.STRAIGHT);
      entity.tell(send);
      return send.replyTo().ticket();
    }
    if (!limit.fits(command)) {
      listener.outcome(Outcome.notSent(Reason.TOO_LARGE, limit.tooLarge(command.size())));
      return 0;
    }
    String there = batches == null ? shortcuts.find(client) : batches.nodeOf(client);
    ClientConnection.Send send =
        sends.send(
            client,
            command,
            steps,
            listener,
            there == null ? PendingSends.Way.REGION : PendingSends.Way.SHORTCUT);
    if (there == null) {
      region.route(send);
    } else if (batches == null) {
      shortcuts.tell(there, send);
    } else {
      batches.add(there, send);
    }
    return send.replyTo().ticket();
  }

  void abandon(long send) {
    ClientConnection.Send abandoned = sends.find(send);
    if (abandoned != null) {
      ask(
          new ClientConnection.Abandon(
              abandoned.client(), abandoned.command().id(), abandoned.replyTo()));
    }
  }

  CompletableFuture<CancelResult> cancel(ClientKey client, String commandId, Duration timeout) {
    CompletableFuture<CancelResult> result = new CompletableFuture<>();
    ReplyTo replyTo = sends.cancel(result::complete, clock.millis() + timeout.toMillis());
    ask(new ClientConnection.Cancel(client, commandId, replyTo));
    return result;
  }

  CompletableFuture<Boolean> disconnect(ClientKey client, Goodbye goodbye, Duration timeout) {
    Outcome.Undelivered<Any> refusal = gate.withoutMajority();
    if (refusal != null) {
      return CompletableFuture.failedFuture(new CommandException(refusal));
    }
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    ReplyTo replyTo = sends.disconnect(result, clock.millis() + timeout.toMillis());
    ask(new ClientConnection.Disconnect(client, goodbye, replyTo));
    return result;
  }

  CompletableFuture<ClientView> inspect(ClientKey client, String commandId, Duration timeout) {
    CompletableFuture<ClientView> result = new CompletableFuture<>();
    ReplyTo replyTo = sends.inspect(result::complete, clock.millis() + timeout.toMillis());
    ask(new ClientConnection.Inspect(client, commandId, replyTo));
    return result;
  }

  /** The way that a send would go now: none overtakes the send that it is about. */
  private void ask(ClientConnection.FromSender request) {
    LocalEntities.Entry entity = entities.find(request.client());
    String there = shortcuts.find(request.client());
    if (entity != null) {
      entity.tell(request);
    } else if (there != null) {
      shortcuts.tell(there, request);
    } else {
      region.route(request);
    }
  }

  /** To the client's entity: told directly where it is on this node, through the region else. */
  void route(ClientConnection.Request request) {
    LocalEntities.Entry entity = entities.find(request.client());
    if (entity != null) {
      entity.tell(request);
    } else {
      region.route(request);
    }
  }

  Runnable observe(SendObserver observer) {
    synchronized (this) {
      observers = Arrays.copyOf(observers, observers.length + 1);
      observers[observers.length - 1] = observer;
    }
    return () -> unobserve(observer);
  }

  private synchronized void unobserve(SendObserver observer) {
    List<SendObserver> rest = new ArrayList<>(List.of(observers));
    rest.remove(observer);
    observers = rest.toArray(SendObserver[]::new);
  }

  /** Tells the observers of a send that never was one. */
  void refused(SendObserver.Refused send) {
    ObservedSend.refused(observers, send);
  }
}
