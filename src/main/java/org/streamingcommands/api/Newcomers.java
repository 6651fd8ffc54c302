package org.streamingcommands.api;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.io.Inet;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a listener on which nobody who may call has asked for anything yet. Those that
 * stay so too long are closed; and where there are too many the eldest are, so that whoever asks at
 * once always finds room. Pekko HTTP itself waits for its idle-timeout, which is as long as quiet
 * callers need. Thread-safe.
 */
final class Newcomers extends Inet.AbstractSocketOption {
  /** Each costs a file and some kilobytes. */
  static final int MOST = 2000;

  private record Newcomer(long number, Socket socket, InetSocketAddress from, long sinceNanos) {}

  private final Duration patience;
  private final AtomicLong lastNumber = new AtomicLong();
  private final Map<InetSocketAddress, Newcomer> byAddress = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<Long, Newcomer> byAge = new ConcurrentSkipListMap<>();
  private final Cancellable sweep;

  Newcomers(ActorSystem<?> system, Duration patience) {
    this.patience = patience;
    Duration period = patience.dividedBy(10).plusMillis(1);
    sweep =
        system
            .scheduler()
            .scheduleWithFixedDelay(period, period, this::sweep, system.executionContext());
  }

  /** Told of every connection that was accepted. */
  @Override
  public void afterConnect(Socket socket) {
    if (socket.getRemoteSocketAddress() instanceof InetSocketAddress from) {
      add(socket, from);
    }
  }

  private void add(Socket socket, InetSocketAddress from) {
    Newcomer newcomer = new Newcomer(lastNumber.incrementAndGet(), socket, from, System.nanoTime());
    Newcomer before = byAddress.put(from, newcomer);
    // Second: one that has asked in between is found by nobody there, and dropped in its turn.
    byAge.put(newcomer.number(), newcomer);
    if (before != null) {
      // It was heard anew, or its connection is gone: the address could not be another's.
      byAge.remove(before.number());
    }
    if (byAddress.size() > MOST) {
      Map.Entry<Long, Newcomer> eldest = byAge.firstEntry();
      if (eldest != null) {
        turnAway(eldest.getValue());
      }
    }
  }

  /** Somebody who may call did so; their connection is no newcomer any more. */
  void asked(HttpRequest request) {
    take(request);
  }

  /** Somebody asked for what is open to all; their connection is as good as new. */
  void heard(HttpRequest request) {
    Newcomer known = take(request);
    if (known != null) {
      add(known.socket(), known.from());
    }
  }

  /** Lets a connection be while it has an answer to wait for; until the result is run. */
  Runnable keep(HttpRequest request) {
    Newcomer known = take(request);
    return () -> {
      if (known != null && !known.socket().isClosed()) {
        add(known.socket(), known.from());
      }
    };
  }

  private @Nullable Newcomer take(HttpRequest request) {
    if (byAddress.isEmpty()) {
      return null;
    }
    RemoteAddress remote = request.getAttribute(AttributeKeys.remoteAddress).orElse(null);
    InetAddress address = remote == null ? null : remote.getAddress().orElse(null);
    if (remote == null || address == null) {
      return null;
    }
    Newcomer known = byAddress.remove(new InetSocketAddress(address, remote.getPort()));
    if (known != null) {
      byAge.remove(known.number());
    }
    return known;
  }

  void close() {
    sweep.cancel();
  }

  private void sweep() {
    long now = System.nanoTime();
    for (Newcomer newcomer : byAge.values()) {
      if (now - newcomer.sinceNanos() < patience.toNanos()) {
        return;
      }
      turnAway(newcomer);
    }
  }

  private void turnAway(Newcomer newcomer) {
    byAge.remove(newcomer.number());
    if (byAddress.remove(newcomer.from(), newcomer)) {
      try {
        // Pekko reads an end, and closes as if the other side had; closed under it, it would not
        // notice.
        newcomer.socket().shutdownInput();
      } catch (IOException e) {
        // It is closed already.
      }
    }
  }
}
