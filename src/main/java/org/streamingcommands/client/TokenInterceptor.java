package org.streamingcommands.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import org.streamingcommands.credentials.BearerToken;
import org.streamingcommands.credentials.TokenSource;

/** Shows the token with every call of a channel. */
final class TokenInterceptor implements ClientInterceptor {
  private final BearerToken token;

  TokenInterceptor(TokenSource source) {
    token = new BearerToken(source);
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return next.newCall(method, options.withCallCredentials(token));
  }
}
