package org.streamingcommands.client;

import io.grpc.ManagedChannel;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections of this JVM to api addresses: one for each address of one group of settings, also
 * for each of the several that a name stands for, shared by all clients made with them. They open
 * at the first send, and close by themselves after idle-timeout; nothing has to be closed. For
 * tests and operations they can be closed by hand.
 */
public final class RemoteConnections {
  private static final ConcurrentHashMap<CommandClientSettings, ApiLinks> LINKS =
      new ConcurrentHashMap<>();

  private RemoteConnections() {}

  /** To how many different settings there are some. */
  public static int open() {
    return LINKS.size();
  }

  /** Closes those on which no command waits or is in flight; the next send opens a new one. */
  public static void closeIdle() {
    LINKS.values().forEach(ApiLinks::closeIfIdle);
  }

  /**
   * Closes all. What waits or is in flight ends as SHUTTING_DOWN with the certainty that is known,
   * before this returns. The next send opens a new one.
   */
  public static void closeAll() {
    LINKS.values().forEach(ApiLinks::close);
  }

  /**
   * A channel of one's own to an api, for calls that senders do not make. Who asks for it shuts it
   * down.
   *
   * @param address one of the settings'
   * @throws IllegalArgumentException naming the file of the settings that is wrong
   */
  public static ManagedChannel channel(ApiAddress address, CommandClientSettings settings) {
    return ApiChannel.builder(ApiTarget.of(address), settings).build();
  }

  static ApiLinks to(CommandClientSettings settings) {
    // The call timeout is the caller's and says nothing of the connection.
    CommandClientSettings key =
        settings.withCallTimeout(CommandClientSettings.defaults().callTimeout());
    return LINKS.computeIfAbsent(
        key, k -> new ApiLinks(k, HostLookup.SYSTEM, closed -> LINKS.remove(k, closed)));
  }
}
