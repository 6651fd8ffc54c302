package org.streamingcommands.agent;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * Says when a call has its stream on a connection that a server took: before anything is written on
 * it, where readiness to write is told some time after.
 */
final class OnStream extends ClientStreamTracer.Factory implements ClientInterceptor {
  private final Runnable tell;

  OnStream(Runnable tell) {
    this.tell = tell;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return next.newCall(method, options.withStreamTracerFactory(this));
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      @Override
      public void streamCreated(Attributes transport, Metadata sent) {
        tell.run();
      }
    };
  }
}
