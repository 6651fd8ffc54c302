package org.streamingcommands.api;

import java.net.InetAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.security.AuthenticationException;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.security.Presented;
import org.streamingcommands.security.Principal;

/**
 * Asks every request who sends it, whatever route it is for, but for what is open to all: some
 * pages, and whether the node serves.
 */
final class Gate {
  private static final AttributeKey<Principal> PRINCIPAL =
      AttributeKey.create("streaming-commands-principal", Principal.class);

  /** Asked by load balancers and probes, which have no name; says nothing of anybody's fleet. */
  private static final Set<String> OPEN_RPCS =
      Set.of(StandardServices.CHECK, StandardServices.WATCH);

  private static final Set<HttpMethod> OPEN_METHODS = Set.of(HttpMethods.GET, HttpMethods.HEAD);

  private final ListenerSecurity security;
  private final Set<String> openPaths;
  private final Newcomers newcomers;

  /**
   * @param openPaths what anybody may GET, by its exact path
   * @param newcomers told of the connections of those who may call
   */
  Gate(ListenerSecurity security, Set<String> openPaths, Newcomers newcomers) {
    this.newcomers = newcomers;
    this.security = security;
    this.openPaths = Set.copyOf(openPaths);
  }

  /**
   * @return {@link Principal#NOBODY} where nobody was asked, because what is there is for all
   * @throws AuthenticationException with a message for the caller
   */
  Principal ask(HttpRequest request) throws AuthenticationException {
    Principal principal = principal(request);
    if (principal == Principal.NOBODY) {
      newcomers.heard(request);
    } else {
      newcomers.asked(request);
    }
    return principal;
  }

  private Principal principal(HttpRequest request) throws AuthenticationException {
    if (security.isOpen()) {
      return Principal.ANYONE;
    }
    if (isOpen(request)) {
      return Principal.NOBODY;
    }
    var header = request.getHeader("authorization").orElse(null);
    return security.authenticate(
        new Presented(header == null ? null : header.value(), certificates(request)),
        address(request));
  }

  private boolean isOpen(HttpRequest request) {
    String path = request.getUri().path();
    return request.method().equals(HttpMethods.POST)
        ? OPEN_RPCS.contains(path)
        : OPEN_METHODS.contains(request.method()) && openPaths.contains(path);
  }

  /** The request, with its principal attached for the handlers beside the routes. */
  static HttpRequest attach(HttpRequest request, Principal principal) {
    return request.addAttribute(PRINCIPAL, principal);
  }

  /**
   * @throws IllegalStateException where nobody was asked: to guess would be to let everybody in
   */
  static Principal principalOf(HttpRequest request) {
    return request
        .getAttribute(PRINCIPAL)
        .orElseThrow(() -> new IllegalStateException("nobody was asked who sends this request"));
  }

  private static @Nullable InetAddress address(HttpRequest request) {
    return request
        .getAttribute(AttributeKeys.remoteAddress)
        .flatMap(remote -> remote.getAddress())
        .orElse(null);
  }

  private static List<X509Certificate> certificates(HttpRequest request) {
    var session = request.getAttribute(AttributeKeys.sslSession).orElse(null);
    if (session == null) {
      return List.of();
    }
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate certificate : session.getSession().getPeerCertificates()) {
        chain.add((X509Certificate) certificate);
      }
    } catch (SSLPeerUnverifiedException e) {
      // It showed none, and TLS did not insist.
      return List.of();
    }
    return chain;
  }
}
