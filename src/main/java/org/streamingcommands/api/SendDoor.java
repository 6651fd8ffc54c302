package org.streamingcommands.api;

import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.SendObserver;
import org.streamingcommands.connection.Sender;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.security.Action;
import org.streamingcommands.security.Principal;

/** Asks whether a command may be sent, and tells those who observe sends where it may not. */
record SendDoor(Connections connections) {

  /**
   * @param clientId empty where many are meant
   */
  void check(
      Principal principal,
      Sender by,
      Action action,
      String service,
      String clientId,
      CommandSpec command)
      throws InvalidRequest {
    try {
      Permits.command(principal, action, service, command);
    } catch (InvalidRequest e) {
      connections.refused(
          new SendObserver.Refused(
              by,
              service,
              clientId,
              command.getCommandId(),
              command.getPayload().getTypeUrl(),
              e.outcome()));
      throw e;
    }
  }
}
