package org.streamingcommands.testkit;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.connection.ConnectedClient;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Goodbye;

/** The node that a {@link ChaosRun} is let loose on. */
public interface ChaosTarget {
  /** The service that the clients dial in to. */
  String service();

  /** Where clients dial. */
  InetSocketAddress edge();

  /** Sends; see {@link Connections#send}. */
  void send(ClientKey client, Command command, boolean steps, CommandListener listener);

  /** Cancels; see {@link Connections#cancel}. */
  CompletableFuture<CancelResult> cancel(ClientKey client, String commandId, Duration timeout);

  /** Ends a client's connection as an operator would. */
  void disconnect(ClientKey client);

  /** Who is connected. */
  List<ConnectedClient> connected();

  /** What the node counts, for the report. */
  Map<String, Long> counters();

  /** Whether its senders are of another process, and a command may end before it left them. */
  default boolean isRemote() {
    return false;
  }

  /**
   * The same node, for senders of another process.
   *
   * @param api how they reach it
   */
  default ChaosTarget through(CommandClientSettings api) {
    ChaosTarget node = this;
    ClusterWay way = ClusterWay.remote(api);
    return new ChaosTarget() {
      @Override
      public String service() {
        return node.service();
      }

      @Override
      public InetSocketAddress edge() {
        return node.edge();
      }

      @Override
      public void send(ClientKey client, Command command, boolean steps, CommandListener listener) {
        way.send(client, command, steps, listener);
      }

      @Override
      public CompletableFuture<CancelResult> cancel(
          ClientKey client, String commandId, Duration timeout) {
        return StreamingCommandClient.remote(api, client.service(), client.clientId())
            .cancel(commandId);
      }

      @Override
      public void disconnect(ClientKey client) {
        node.disconnect(client);
      }

      @Override
      public List<ConnectedClient> connected() {
        return node.connected();
      }

      @Override
      public Map<String, Long> counters() {
        return node.counters();
      }

      @Override
      public boolean isRemote() {
        return true;
      }
    };
  }

  /** The engine of this JVM. */
  static ChaosTarget of(Connections connections, String service, InetSocketAddress edge) {
    return new ChaosTarget() {
      @Override
      public String service() {
        return service;
      }

      @Override
      public InetSocketAddress edge() {
        return edge;
      }

      @Override
      public void send(ClientKey client, Command command, boolean steps, CommandListener listener) {
        connections.send(client, command, steps, listener);
      }

      @Override
      public CompletableFuture<CancelResult> cancel(
          ClientKey client, String commandId, Duration timeout) {
        return connections.cancel(client, commandId, timeout);
      }

      @Override
      public void disconnect(ClientKey client) {
        Goodbye goodbye = Goodbye.of(Goodbye.Cause.DISCONNECTED, "the operator is in a mood");
        connections.disconnect(client, goodbye, Duration.ofSeconds(5));
      }

      @Override
      public List<ConnectedClient> connected() {
        return connections.list(service, null, Integer.MAX_VALUE);
      }

      @Override
      public Map<String, Long> counters() {
        Counters counters = connections.counters();
        Map<String, LongAdder> all =
            Map.of(
                "attached", counters.attached,
                "detached", counters.detached,
                "replaced", counters.replaced,
                "rejected", counters.rejected,
                "silent", counters.silent,
                "fenced", counters.fenced,
                "late results", counters.lateResults,
                "unknown results", counters.unknownResults,
                "redelivered", counters.redelivered,
                "unanswered", counters.unanswered);
        Map<String, Long> sums = new TreeMap<>();
        all.forEach((name, count) -> sums.put(name, count.sum()));
        return sums;
      }
    };
  }
}
