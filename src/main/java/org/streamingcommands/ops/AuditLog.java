package org.streamingcommands.ops;

import com.google.protobuf.Any;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.SendObserver;
import org.streamingcommands.connection.Sender;

/**
 * Who sent what type to whom, and how it ended: one line a send, on the logger {@value #LOGGER},
 * which has an appender of its own. Never what a command says.
 */
public final class AuditLog implements SendObserver {
  /** For whoever configures the logging. */
  public static final String LOGGER = "streamingcommands.audit";

  private static final Logger log = LoggerFactory.getLogger(LOGGER);

  @Override
  public Observation begins(Sender by, ClientKey client, Command command) {
    String type = command.payload().getTypeUrl();
    String name = type.substring(type.lastIndexOf('/') + 1);
    return (outcome, nanos) -> write(by, client, command.id(), name, outcome, nanos);
  }

  private static void write(
      Sender by,
      ClientKey client,
      String commandId,
      String type,
      Outcome<Any> outcome,
      long nanos) {
    String principal = by.principal().isEmpty() ? "-" : by.principal();
    String mode = by.mode().name().toLowerCase(Locale.ROOT);
    String ended = Words.of(outcome);
    log.atInfo()
        .addKeyValue("principal", principal)
        .addKeyValue("mode", mode)
        .addKeyValue("service", client.service())
        .addKeyValue("client", client.clientId())
        .addKeyValue("command", commandId)
        .addKeyValue("type", type)
        .addKeyValue("outcome", ended)
        .addKeyValue("micros", nanos / 1000)
        .log("{} ({}) sent {} {} to {}: {}", principal, mode, type, commandId, client, ended);
  }
}
