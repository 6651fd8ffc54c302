package org.streamingcommands.client;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/** The way over the wire: a place on a shared stream to one of the configured api addresses. */
final class RemoteTransport implements CommandTransport {
  private final CommandClientSettings settings;
  private final Supplier<ApiLinks> open;

  /** Saves a look-up per send; closed ones say so themselves. */
  private volatile @Nullable ApiLinks lastLinks;

  RemoteTransport(CommandClientSettings settings) {
    this(settings, () -> RemoteConnections.to(settings));
  }

  /**
   * @param open the links of these settings
   */
  RemoteTransport(CommandClientSettings settings, Supplier<ApiLinks> open) {
    this.settings = settings;
    this.open = open;
  }

  @Override
  public void send(ClientKey client, Command command, SendWish wish, CommandListener listener) {
    if (command.size() > settings.maxCommandBytes()) {
      listener.outcome(
          Outcome.notSent(
              Reason.TOO_LARGE,
              "the command has %d bytes, max-command-size is %d"
                  .formatted(command.size(), settings.maxCommandBytes())));
      return;
    }
    Duration left = Duration.between(Instant.now(), command.deadline());
    if (left.isNegative() || left.isZero()) {
      listener.outcome(
          Outcome.notSent(Reason.TIMED_OUT, "the deadline had passed before the send"));
      return;
    }
    long deadline = System.nanoTime() + left.toNanos();
    submit(table -> new SendExchange(table, deadline, client, command, wish, listener));
  }

  @Override
  public void cancel(ClientKey client, String commandId, Consumer<CancelResult> answer) {
    long deadline = System.nanoTime() + settings.callTimeout().toNanos();
    submit(table -> new CancelExchange(table, deadline, client, commandId, answer));
  }

  private void submit(Function<ExchangeTable, Exchange> make) {
    while (true) {
      ApiLinks links = links();
      Exchange exchange = make.apply(links.table());
      switch (links.offer(exchange)) {
        case ADMITTED -> {
          return;
        }
        case FULL -> {
          exchange.tell(
              new Outcome.Undelivered<>(
                  Reason.QUEUE_FULL,
                  Certainty.NOT_SENT,
                  "too many commands wait for the api at " + settings.address()));
          return;
        }
        // They closed since they were looked up; the next are others.
        case CLOSED -> lastLinks = null;
      }
    }
  }

  private ApiLinks links() {
    ApiLinks links = lastLinks;
    if (links == null) {
      links = open.get();
      lastLinks = links;
    }
    return links;
  }
}
