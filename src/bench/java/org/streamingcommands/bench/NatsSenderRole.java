package org.streamingcommands.bench;

import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;

/** Asks by NATS request-reply, with the project's own library. */
public final class NatsSenderRole implements Role {
  @Override
  public String name() {
    return "nats";
  }

  @Override
  public Worker start(String[] arguments, Line ready) throws Exception {
    Connection connection =
        Nats.connect(Options.builder().server("nats://" + arguments[0]).build());
    return new Senders(new NatsSender(connection));
  }
}
