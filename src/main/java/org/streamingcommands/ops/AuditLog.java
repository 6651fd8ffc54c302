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

  private static final int MAX_LENGTH = 200;

  private static final Logger log = LoggerFactory.getLogger(LOGGER);

  @Override
  public Observation begins(Sender by, ClientKey client, Command command) {
    String name = name(command.payload().getTypeUrl());
    return (outcome, nanos) -> write(by, client, command.id(), name, outcome, nanos);
  }

  @Override
  public void refused(Refused send) {
    String type = name(send.typeUrl());
    String why = Words.of(send.why());
    String principal = principal(send.by());
    String mode = mode(send.by());
    String service = safe(send.service());
    // Of a send to many: whom it was to reach was not looked at.
    String client = send.clientId().isEmpty() ? "*" : safe(send.clientId());
    String command = send.commandId().isEmpty() ? "-" : safe(send.commandId());
    log.atInfo()
        .addKeyValue("principal", principal)
        .addKeyValue("mode", mode)
        .addKeyValue("service", service)
        .addKeyValue("client", client)
        .addKeyValue("command", command)
        .addKeyValue("type", safe(type))
        .addKeyValue("outcome", why)
        .log(
            "{} ({}) was refused {} {} to {}/{}: {}",
            principal,
            mode,
            safe(type),
            command,
            service,
            client,
            why);
  }

  /** What nobody has checked yet could otherwise begin a line of its own. */
  private static String safe(String text) {
    String plain = text.replaceAll("[\\p{Cntrl}\\s]", "?");
    return plain.length() > MAX_LENGTH ? plain.substring(0, MAX_LENGTH) + "..." : plain;
  }

  private static String name(String typeUrl) {
    return typeUrl.substring(typeUrl.lastIndexOf('/') + 1);
  }

  private static String principal(Sender by) {
    return by.principal().isEmpty() ? "-" : by.principal();
  }

  private static String mode(Sender by) {
    return by.mode().name().toLowerCase(Locale.ROOT);
  }

  private static void write(
      Sender by,
      ClientKey client,
      String commandId,
      String type,
      Outcome<Any> outcome,
      long nanos) {
    String principal = principal(by);
    String mode = mode(by);
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
