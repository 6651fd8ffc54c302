package org.streamingcommands.credentials;

import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Executor;

/**
 * Puts a token into the header of every call. In the clear only to this very machine: to any other
 * the call fails before anything is sent.
 */
public final class BearerToken extends CallCredentials {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final TokenSource source;

  public BearerToken(TokenSource source) {
    this.source = source;
  }

  @Override
  public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
    if (call.getSecurityLevel() != SecurityLevel.PRIVACY_AND_INTEGRITY
        && !isLoopback(call.getTransportAttrs())) {
      applier.fail(
          Status.UNAUTHENTICATED.withDescription(
              "a token is sent over TLS, or to this machine, and to nowhere else"));
      return;
    }
    Metadata headers = new Metadata();
    try {
      headers.put(AUTHORIZATION, "Bearer " + source.token());
    } catch (RuntimeException e) {
      applier.fail(Status.UNAUTHENTICATED.withDescription("there is no token").withCause(e));
      return;
    }
    applier.apply(headers);
  }

  private static boolean isLoopback(Attributes transport) {
    SocketAddress remote = transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return remote instanceof InetSocketAddress inet
        && inet.getAddress() != null
        && inet.getAddress().isLoopbackAddress();
  }

  @Override
  public String toString() {
    return "BearerToken(***)";
  }
}
