package org.streamingcommands.service;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.connection.ConnectedClient;
import org.streamingcommands.connection.ServiceObserver;

/**
 * Tells a service's callbacks what happens to its clients: on an executor of their own, one at a
 * time per client, a connection's beginning before its messages before its end, and every beginning
 * paired with one end. So a callback may block; it holds up its own client's messages and one
 * thread, and no command.
 */
final class ServiceCallbacks implements ServiceObserver {

  /** What a user has to say. */
  record Handlers(
      Consumer<ConnectedClient> onConnect,
      BiConsumer<String, String> onDisconnect,
      BiConsumer<String, Any> onEvent,
      BiConsumer<String, Throwable> onError) {}

  /** Messages of one client that may wait; its stream reads no further while so many do. */
  static final int MESSAGES = 16;

  /** Tasks of one client in a row, before others get a turn on the thread. */
  private static final int TURN = 32;

  private static final Logger log = LoggerFactory.getLogger(ServiceCallbacks.class);

  private final String service;
  private final Handlers handlers;
  private final Executor executor;
  private final ConcurrentHashMap<String, ClientMailbox> mailboxes = new ConcurrentHashMap<>();

  ServiceCallbacks(String service, Handlers handlers, Executor executor) {
    this.service = service;
    this.handlers = handlers;
    this.executor = executor;
  }

  // ---- what happens -------------------------------------------------------------------------

  @Override
  public void connected(ConnectedClient client) {
    String id = client.client().clientId();
    change(
        id,
        mailbox -> {
          ConnectedClient former = mailbox.connection();
          if (former != null) {
            // Its own end is on its way on another thread; told now, beginnings and ends alternate.
            mailbox.add(() -> handlers.onDisconnect().accept(id, "a newer connection came"));
          }
          mailbox.connection(client);
          mailbox.add(() -> handlers.onConnect().accept(client));
        });
  }

  @Override
  public void disconnected(ClientKey client, String sessionId, String why) {
    String id = client.clientId();
    change(
        id,
        mailbox -> {
          ConnectedClient connection = mailbox.connection();
          if (connection != null && connection.sessionId().equals(sessionId)) {
            mailbox.connection(null);
            mailbox.add(() -> handlers.onDisconnect().accept(id, why));
          }
        });
  }

  @Override
  public void event(ClientKey client, Any payload, Runnable taken) {
    String id = client.clientId();
    message(id, () -> handlers.onEvent().accept(id, payload), taken);
  }

  /**
   * An application message.
   *
   * @param taken run once there is room for the next one
   */
  void message(String clientId, Runnable action, Runnable taken) {
    boolean[] room = {true};
    change(
        clientId,
        mailbox -> {
          // What crosses the end of its connection is lost as if on the wire.
          if (mailbox.connection() != null) {
            room[0] = mailbox.addMessage(action, taken);
          }
        });
    if (room[0]) {
      taken.run();
    }
  }

  /** Something of the user's own went wrong outside the callbacks. */
  void failed(String clientId, Throwable error) {
    change(clientId, mailbox -> mailbox.add(() -> handlers.onError().accept(clientId, error)));
  }

  // ---- who is there -------------------------------------------------------------------------

  @Nullable ConnectedClient find(String clientId) {
    ClientMailbox mailbox = mailboxes.get(clientId);
    return mailbox == null ? null : mailbox.connection();
  }

  /** The clients whose streams this node holds, in no order. */
  List<ConnectedClient> connections() {
    List<ConnectedClient> found = new ArrayList<>();
    for (ClientMailbox mailbox : mailboxes.values()) {
      ConnectedClient connection = mailbox.connection();
      if (connection != null) {
        found.add(connection);
      }
    }
    return found;
  }

  // ---- telling ------------------------------------------------------------------------------

  private void change(String clientId, Consumer<ClientMailbox> change) {
    boolean[] schedule = {false};
    mailboxes.compute(
        clientId,
        (id, known) -> {
          ClientMailbox mailbox = known == null ? new ClientMailbox(MESSAGES) : known;
          change.accept(mailbox);
          schedule[0] = mailbox.schedule();
          return mailbox.isDisposable() ? null : mailbox;
        });
    if (schedule[0]) {
      scheduleTurn(clientId);
    }
  }

  private void scheduleTurn(String clientId) {
    try {
      executor.execute(() -> takeTurn(clientId));
    } catch (RejectedExecutionException e) {
      // The system is terminating, and its threads are gone; the engine goes on ending streams.
      log.debug("{}/{}: callbacks are told no more", service, clientId, e);
    }
  }

  private void takeTurn(String clientId) {
    for (int i = 0; i < TURN; i++) {
      ClientMailbox.Task task = next(clientId);
      if (task == null) {
        return;
      }
      run(clientId, task.action());
      if (task.message()) {
        letReadOn(clientId);
      }
    }
    scheduleTurn(clientId);
  }

  private ClientMailbox.@Nullable Task next(String clientId) {
    ClientMailbox.Task[] next = new ClientMailbox.Task[1];
    mailboxes.computeIfPresent(
        clientId,
        (id, mailbox) -> {
          next[0] = mailbox.next();
          return mailbox.isDisposable() ? null : mailbox;
        });
    return next[0];
  }

  private void letReadOn(String clientId) {
    Runnable[] taken = new Runnable[1];
    mailboxes.computeIfPresent(
        clientId,
        (id, mailbox) -> {
          taken[0] = mailbox.messageDone();
          return mailbox;
        });
    if (taken[0] != null) {
      taken[0].run();
    }
  }

  private void run(String clientId, Runnable action) {
    try {
      action.run();
    } catch (Throwable e) {
      // Whatever it is, the client's next callback must still run.
      tellError(clientId, e);
    }
  }

  private void tellError(String clientId, Throwable error) {
    try {
      handlers.onError().accept(clientId, error);
    } catch (Throwable e) {
      e.addSuppressed(error);
      log.error("{}/{}: the error callback threw", service, clientId, e);
    }
  }
}
