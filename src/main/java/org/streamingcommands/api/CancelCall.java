package org.streamingcommands.api;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.connection.ClientView;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.security.Action;
import org.streamingcommands.security.Principal;

/**
 * Cancels a command for somebody who may send with its service. Who may send some types only, may
 * cancel commands of those: the type is looked up first, and a command that is not there then is
 * not looked for again, as it may be another's by the time the wish arrives.
 */
record CancelCall(Connections connections, Principal principal) {

  /**
   * @return failed with {@link InvalidRequest} where the command is of another type
   */
  CompletableFuture<CancelResult> cancel(ClientKey client, String commandId, Duration timeout) {
    if (principal.mayEveryType(Action.SEND, client.service())) {
      return connections.cancel(client, commandId, timeout);
    }
    Instant end = Instant.now().plus(timeout);
    return connections
        .inspect(client, commandId, timeout)
        .thenCompose(view -> cancel(client, commandId, view, end));
  }

  private CompletableFuture<CancelResult> cancel(
      ClientKey client, String commandId, ClientView view, Instant end) {
    Duration left = Duration.between(Instant.now(), end);
    if (view.pending().isEmpty() && view.ended().isEmpty()) {
      // What could not be asked in time reads as nothing, too.
      return CompletableFuture.completedFuture(
          left.isNegative() ? CancelResult.notConfirmed() : CancelResult.unknownCommand());
    }
    boolean permitted =
        Permits.everyCommand(view, type -> principal.may(Action.SEND, client.service(), type));
    return permitted
        ? connections.cancel(client, commandId, left)
        : CompletableFuture.failedFuture(Permits.otherType(principal));
  }
}
