package org.streamingcommands.edge.http2;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A call of the echo, by grpc-java's client. */
final class EchoCaller extends ClientCall.Listener<byte[]> {
  /** What a call ended with. */
  record End(Status status, Metadata trailers) {}

  private static final int MINUTES = 1;

  private final ClientCall<byte[], byte[]> call;
  private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Metadata> headers = new CompletableFuture<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();

  EchoCaller(ClientCall<byte[], byte[]> call, String... headers) {
    this.call = call;
    Metadata metadata = new Metadata();
    for (int n = 0; n < headers.length; n += 2) {
      metadata.put(Metadata.Key.of(headers[n], Metadata.ASCII_STRING_MARSHALLER), headers[n + 1]);
    }
    call.start(this, metadata);
  }

  EchoCaller reading(int messages) {
    call.request(messages);
    return this;
  }

  EchoCaller send(byte[] message) {
    call.setMessageCompression(true);
    call.sendMessage(message);
    return this;
  }

  EchoCaller done() {
    call.halfClose();
    return this;
  }

  void cancel() {
    call.cancel("enough", null);
  }

  byte[] next() throws InterruptedException {
    byte[] message = messages.poll(MINUTES, TimeUnit.MINUTES);
    if (message == null) {
      throw new AssertionError("no message came; the end: " + end.getNow(null));
    }
    return message;
  }

  Metadata headers() throws Exception {
    return headers.get(MINUTES, TimeUnit.MINUTES);
  }

  End end() throws Exception {
    return end.get(MINUTES, TimeUnit.MINUTES);
  }

  @Override
  public void onHeaders(Metadata received) {
    headers.complete(received);
  }

  @Override
  public void onMessage(byte[] message) {
    messages.add(message);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    end.complete(new End(status, trailers));
  }
}
