package org.streamingcommands.edge;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.security.AuthenticationException;
import org.streamingcommands.security.ListenerSecurity;

/** Asks who calls before the protos are told, where the edge asks anybody. */
final class ReflectionGuard implements ServerInterceptor {
  private final ListenerSecurity security;
  private final Counters counters;

  ReflectionGuard(ListenerSecurity security, Counters counters) {
    this.security = security;
    this.counters = counters;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    try {
      Doorkeeper.ask(call, headers, security);
    } catch (AuthenticationException e) {
      Doorkeeper.refuse(call, counters, e);
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(call, headers);
  }
}
