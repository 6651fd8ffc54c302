package org.streamingcommands.security;

import java.time.Instant;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Proof;
import org.streamingcommands.command.ServiceAccess;

/**
 * Somebody who showed who they are, and what follows from it. Deny is the default: what nobody
 * granted is refused. Immutable.
 */
public final class Principal {
  /** Everybody, where a listener asks nobody: may be anyone and do anything. */
  public static final Principal ANYONE =
      new Principal("anyone", null, null, (client, ofCode) -> true, Permissions.ALL, Quota.NONE);

  /** Whoever was not asked, at what is open to all: may be nobody and do nothing. */
  public static final Principal NOBODY =
      new Principal("nobody", null, null, (client, ofCode) -> false, Permissions.NONE, Quota.NONE);

  private final String name;
  private final @Nullable Proof proof;
  private final @Nullable Instant validUntil;
  private final BiPredicate<ClientKey, ServiceAccess> clients;
  private final Permissions permissions;
  private final Quota quota;

  Principal(
      String name,
      @Nullable Proof proof,
      @Nullable Instant validUntil,
      BiPredicate<ClientKey, ServiceAccess> clients,
      Permissions permissions,
      Quota quota) {
    this.name = name;
    this.proof = proof;
    this.validUntil = validUntil;
    this.clients = clients;
    this.permissions = permissions;
    this.quota = quota;
  }

  /** For logs and quotas; no secret. */
  public String name() {
    return name;
  }

  /** By what it is known; null where nobody was asked. */
  public @Nullable Proof proof() {
    return proof;
  }

  /** When what it showed ends; null for never. */
  public @Nullable Instant validUntil() {
    return validUntil;
  }

  public boolean isExpired() {
    Instant end = validUntil;
    return end != null && Instant.now().isAfter(end);
  }

  /**
   * Whether it may dial in as this client.
   *
   * @param ofCode what the code of the client's service says
   */
  boolean mayBe(ClientKey client, ServiceAccess ofCode) {
    return clients.test(client, ofCode);
  }

  /**
   * @param typeUrl of the command
   */
  public boolean may(Action action, String service, String typeUrl) {
    return permissions == Permissions.ALL || permissions.allow(action, service, typeUrl);
  }

  /** Whether it may do so with commands of at least one type, or where no command is meant. */
  public boolean may(Action action, String service) {
    return permissions == Permissions.ALL || permissions.allow(action, service);
  }

  /** Whether it may do so with commands of every type there is and will be. */
  public boolean mayEveryType(Action action, String service) {
    return permissions == Permissions.ALL || permissions.allowEveryType(action, service);
  }

  /** Whether it may do so with every service there is and will be. */
  public boolean mayWithAll(Action action) {
    return permissions == Permissions.ALL || permissions.allowWithAll(action);
  }

  /** What it may use up. */
  public Quota quota() {
    return quota;
  }

  @Override
  public String toString() {
    return name;
  }
}
