package org.streamingcommands.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Clients on one thread, a connection each, that answer in the protocol itself. The library has
 * three threads for every connection: three hundred of them on a few cores would measure the
 * scheduler, and NATS would look slower than it is.
 */
final class NatsClients implements Worker {
  private static final long WELCOME_SECONDS = 20;

  private final Selector selector = Selector.open();
  private final List<NatsClient> clients = new ArrayList<>();

  NatsClients() throws IOException {
    Thread thread = new Thread(this::run, "nats-clients");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public Line work(Line order) throws Exception {
    if (!order.word().equals("connect")) {
      throw new IllegalArgumentException("no such order: " + order.word());
    }
    URI server = URI.create("nats://" + order.get("edge"));
    while (clients.size() < order.number("clients")) {
      clients.add(connect(server, NatsSender.SUBJECT + Sender.clientId(clients.size() + 1)));
    }
    return Line.of("done");
  }

  private NatsClient connect(URI server, String subject) throws Exception {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
    CompletableFuture<Void> subscribed = new CompletableFuture<>();
    NatsClient client = new NatsClient(channel, subject, subscribed);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, client);
    selector.wakeup();
    subscribed.get(WELCOME_SECONDS, TimeUnit.SECONDS);
    return client;
  }

  private void run() {
    try {
      while (true) {
        selector.select(key -> ((NatsClient) key.attachment()).read());
      }
    } catch (IOException e) {
      e.printStackTrace();
    }
  }
}
