package org.streamingcommands.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandIds;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.command.SendResult;
import org.streamingcommands.trace.CommandTrace;
import org.streamingcommands.trace.Tracing;

/** Puts types and futures on a transport. */
record TypedClient<C extends Message>(
    Mode mode, ClientKey client, Duration callTimeout, CommandTransport transport)
    implements StreamingCommandClient<C> {
  /** Beyond this, instants and nanoseconds would overflow. */
  static final Duration LONGEST = Duration.ofDays(365);

  @Override
  public CompletableFuture<SendResult> send(C command, Receipt waitFor, SendOptions options) {
    var result = new Answer<SendResult>();
    String id = options.commandId().orElseGet(CommandIds::next);
    send(id, command, options, SendWish.of(waitFor), new ReceiptListener(id, waitFor, result));
    return result;
  }

  @Override
  public <R extends Message> CompletableFuture<Outcome<R>> ask(
      C command, Class<R> resultType, SendOptions options) {
    var result = new Answer<Outcome<R>>();
    String id = options.commandId().orElseGet(CommandIds::next);
    CommandListener listener = outcome -> result.complete(Outcome.unpack(outcome, resultType));
    send(id, command, options, SendWish.OUTCOME, listener);
    return result;
  }

  @Override
  public <R extends Message> CompletableFuture<Outcome<R>> execute(
      C command, Class<R> resultType, SendOptions options, Consumer<CommandStep<R>> steps) {
    var result = new Answer<Outcome<R>>();
    String id = options.commandId().orElseGet(CommandIds::next);
    var listener = new StepListener<>(resultType, steps, result);
    send(id, command, options, SendWish.ALL_STEPS, listener);
    return result;
  }

  @Override
  public CompletableFuture<CancelResult> cancel(String commandId) {
    var result = new Answer<CancelResult>();
    transport.cancel(client, commandId, result::complete);
    return result;
  }

  private void send(
      String id, C command, SendOptions options, SendWish wish, CommandListener listener) {
    Optional<String> problem = options.problem();
    if (problem.isPresent()) {
      listener.outcome(Outcome.notSent(Reason.INVALID_COMMAND, problem.get()));
      return;
    }
    Duration timeout = options.timeout().orElse(callTimeout);
    Any payload = Payloads.pack(command);
    CommandTrace trace =
        Tracing.sending(client.service(), client.clientId(), id, payload.getTypeUrl());
    Command send =
        new Command(
            id,
            payload,
            deadline(timeout),
            options.priority(),
            options.coalescingKey(),
            trace.inject(options.headers()));
    transport.send(
        client, send, wish, trace.isOn() ? new TracedListener(listener, trace) : listener);
  }

  /** To the millisecond, as everybody looks at it. */
  private static Instant deadline(Duration timeout) {
    Duration within = timeout.compareTo(LONGEST) < 0 ? timeout : LONGEST;
    return Instant.ofEpochMilli(System.currentTimeMillis() + within.toMillis());
  }

  @Override
  public String toString() {
    return "StreamingCommandClient(%s, %s)".formatted(mode, client);
  }

  /** Waits for one receipt; what comes after it is nobody's business. */
  private record ReceiptListener(
      String commandId, Receipt waitFor, CompletableFuture<SendResult> result)
      implements CommandListener {
    @Override
    public void receipt(Receipt receipt) {
      if (receipt.compareTo(waitFor) >= 0) {
        result.complete(SendResult.reached(commandId, receipt));
      }
    }

    @Override
    public void outcome(Outcome<Any> outcome) {
      result.complete(SendResult.ended(commandId, outcome));
    }
  }
}
