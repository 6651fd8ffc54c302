package org.streamingcommands.edge;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.streamingcommands.security.AuthenticationException;
import org.streamingcommands.security.ListenerSecurity;

/** Asks who calls before the protos are told, where the edge asks anybody. */
final class ReflectionGuard implements ServerInterceptor {
  private final ListenerSecurity security;

  ReflectionGuard(ListenerSecurity security) {
    this.security = security;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    try {
      Doorkeeper.ask(call, headers, security);
    } catch (AuthenticationException e) {
      call.close(Status.UNAUTHENTICATED.withDescription(e.getMessage()), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(call, headers);
  }
}
