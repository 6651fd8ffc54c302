package org.streamingcommands.edge;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.ServiceAccess;
import org.streamingcommands.connection.Rejection;
import org.streamingcommands.security.AuthenticationException;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.security.Presented;
import org.streamingcommands.security.Principal;
import org.streamingcommands.security.Quota;

/** On what grounds one stream is open. Used by its stream only, on one thread at a time. */
final class Grounds {
  private final ListenerSecurity security;
  private final Quota quota;
  private Principal principal;
  private ServiceAccess ofCode = ServiceAccess.AS_CONFIGURED;
  private boolean left;

  private Grounds(ListenerSecurity security, Principal principal) {
    this.security = security;
    this.principal = principal;
    this.quota = principal.quota();
  }

  /** Takes one of the principal's connections; null where it has no more. */
  static @Nullable Grounds of(ListenerSecurity security, Principal principal) {
    return principal.quota().enter() ? new Grounds(security, principal) : null;
  }

  /**
   * Why the principal may not be this client; null where it may.
   *
   * @param access what the code of the client's service says; holds for renewals too
   */
  @Nullable Rejection refusal(ClientKey client, ServiceAccess access) {
    ofCode = access;
    return refusal(client);
  }

  private @Nullable Rejection refusal(ClientKey client) {
    return security.mayBe(principal, client, ofCode)
        ? null
        : new Rejection(
            Rejection.Kind.NOT_PERMITTED,
            "hello: what you showed of yourself does not let you be " + client);
  }

  /**
   * The largest frame that it may send.
   *
   * @param listener what anybody may
   */
  int maxFrameBytes(int listener) {
    int most = quota.maxMessageBytes();
    return most == 0 ? listener : Math.min(most, listener);
  }

  /** Why the principal may not send this, being what it is; null where it may. */
  @Nullable Rejection refusal(InboundFrame frame) {
    int most = quota.maxMessageBytes();
    if (most == 0) {
      return null;
    }
    int size = frame.size();
    return size <= most
        ? null
        : new Rejection(
            Rejection.Kind.TOO_LARGE,
            "frame: has %d bytes, max-message-size of %s is %d".formatted(size, principal, most));
  }

  /** How long the hello may take; zero for what anybody's may. */
  Duration helloTimeout() {
    return quota.helloTimeout();
  }

  /**
   * Puts a newer token in place of what was shown before; the answer is why not.
   *
   * <p>Whoever failed at the same address has no say here: strangers behind it could otherwise end
   * the streams of those who are in. A wrong token costs its own stream.
   */
  @Nullable Rejection renew(String token, ClientKey client) {
    Principal renewed;
    try {
      renewed = security.authenticate(Presented.token(token), null);
    } catch (AuthenticationException e) {
      return new Rejection(Rejection.Kind.NOT_AUTHENTICATED, "token_renewal: " + e.getMessage());
    }
    principal = renewed;
    return refusal(client);
  }

  /** When what was shown ends; null for never. */
  @Nullable Instant validUntil() {
    return principal.validUntil();
  }

  /** Gives the connection back; once, however often it is called. */
  void leave() {
    if (!left) {
      left = true;
      quota.leave();
    }
  }
}
