package org.streamingcommands.edge.http2;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.InternalServer;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Gives a call a {@link Context} that is cancelled when the call ends and knows the server, as
 * grpc-java's own services expect.
 */
final class CallContext implements ServerInterceptor {
  private final Context base;

  CallContext(Server server) {
    // The reflection service looks for what it is to tell of there, and nowhere else.
    base = Context.ROOT.withValue(InternalServer.SERVER_CONTEXT_KEY, server);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Context.CancellableContext context = base.withCancellation();
    return new SimpleForwardingServerCallListener<Q>(
        Contexts.interceptCall(context, call, headers, next)) {
      @Override
      public void onCancel() {
        context.cancel(null);
        super.onCancel();
      }

      @Override
      public void onComplete() {
        context.cancel(null);
        super.onComplete();
      }
    };
  }
}
