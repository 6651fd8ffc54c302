package org.streamingcommands.client;

import java.time.Duration;
import java.util.function.Consumer;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.connection.Connections;

/** The way through this JVM's actor system: the client's entity is told. */
record LocalTransport(Connections connections, Duration callTimeout) implements CommandTransport {

  @Override
  public void send(ClientKey client, Command command, SendWish wish, CommandListener listener) {
    connections.send(client, command, wish != SendWish.OUTCOME, listener);
  }

  @Override
  public void cancel(ClientKey client, String commandId, Consumer<CancelResult> answer) {
    connections.cancel(client, commandId, callTimeout).thenAccept(answer);
  }
}
