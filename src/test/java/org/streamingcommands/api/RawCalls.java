package org.streamingcommands.api;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.support.RawMarshaller;

/** Callers that send what the generated stubs would not. */
final class RawCalls {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES = new RawMarshaller();

  private RawCalls() {}

  /** A stub whose calls carry one more header. */
  static CommandServiceGrpc.CommandServiceStub withHeader(
      Channel channel, String name, String value) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return CommandServiceGrpc.newStub(
        ClientInterceptors.intercept(
            channel, io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(headers)));
  }

  /** Hears the headers of every answer. */
  static Channel hearing(Channel channel, CompletableFuture<Metadata> heard) {
    return ClientInterceptors.intercept(
        channel,
        new ClientInterceptor() {
          @Override
          public <Q, R> ClientCall<Q, R> interceptCall(
              MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<Q, R>(next.newCall(method, options)) {
              @Override
              public void start(Listener<R> listener, Metadata headers) {
                super.start(
                    new SimpleForwardingClientCallListener<R>(listener) {
                      @Override
                      public void onHeaders(Metadata received) {
                        heard.complete(received);
                        super.onHeaders(received);
                      }
                    },
                    headers);
              }
            };
          }
        });
  }

  /** A method of any service, whose messages are any bytes. */
  static MethodDescriptor<byte[], byte[]> method(MethodDescriptor.MethodType type, String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
        .setType(type)
        .setFullMethodName(name)
        .build();
  }

  /** Tells how a call ended. */
  static <T> StreamObserver<T> endOf(CompletableFuture<Status> ended) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T message) {}

      @Override
      public void onError(Throwable error) {
        ended.complete(Status.fromThrowable(error));
      }

      @Override
      public void onCompleted() {
        ended.complete(Status.OK);
      }
    };
  }
}
