package org.streamingcommands.edge;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.grpc.ErrorDetails;
import org.streamingcommands.security.AuthenticationException;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.security.Presented;
import org.streamingcommands.security.Principal;

/** Asks whoever opens a stream who they are. */
final class Doorkeeper {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private Doorkeeper() {}

  /**
   * @throws AuthenticationException with a message for the caller
   */
  static Principal ask(ServerCall<?, ?> call, Metadata headers, ListenerSecurity security)
      throws AuthenticationException {
    if (security.isOpen()) {
      return Principal.ANYONE;
    }
    Attributes transport = call.getAttributes();
    return security.authenticate(
        new Presented(
            headers.get(AUTHORIZATION),
            certificates(transport.get(Grpc.TRANSPORT_ATTR_SSL_SESSION))),
        address(call));
  }

  static void refuse(ServerCall<?, ?> call, Counters counters, AuthenticationException e) {
    refuse(
        call,
        counters,
        e.isTooMany() ? Refusal.TOO_MANY_ATTEMPTS : Refusal.NOT_AUTHENTICATED,
        Status.UNAUTHENTICATED.withDescription(e.getMessage()));
  }

  /** Ends the call of somebody who is not let in, and says why to code too. */
  static void refuse(ServerCall<?, ?> call, Counters counters, Refusal why, Status status) {
    counters.refused(Refusal.Listener.EDGE, why).increment();
    call.close(status, ErrorDetails.of(status, why.name(), Map.of()));
  }

  /** Where the call comes from; null where that is not known. */
  static @Nullable InetAddress address(ServerCall<?, ?> call) {
    return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
            instanceof InetSocketAddress remote
        ? remote.getAddress()
        : null;
  }

  private static List<X509Certificate> certificates(@Nullable SSLSession session) {
    if (session == null) {
      return List.of();
    }
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate certificate : session.getPeerCertificates()) {
        chain.add((X509Certificate) certificate);
      }
    } catch (SSLPeerUnverifiedException e) {
      // It showed none, and TLS did not insist.
      return List.of();
    }
    return chain;
  }
}
