package org.streamingcommands.bench;

import java.io.IOException;

/** The clients of a NATS server: a connection each. */
public final class NatsClientsRole implements Role {
  @Override
  public String name() {
    return "nats-clients";
  }

  @Override
  public Worker start(String[] arguments, Line ready) throws IOException {
    return new NatsClients();
  }
}
