package org.streamingcommands.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * One client: subscribes to its subject and answers every message on it with an empty one. Not
 * thread-safe; its connection does not block.
 */
final class NatsClient {
  private static final int ROOM = 64 * 1024;
  private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.US_ASCII);

  private final SocketChannel channel;
  private final CompletableFuture<Void> subscribed;
  private final ByteBuffer in = ByteBuffer.allocate(ROOM);
  private final ByteBuffer out = ByteBuffer.allocate(ROOM);

  /**
   * @param subscribed completes once the server knows of the subscription
   */
  NatsClient(SocketChannel channel, String subject, CompletableFuture<Void> subscribed)
      throws IOException {
    this.channel = channel;
    this.subscribed = subscribed;
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    // The answer to the ping says that all before it is done.
    write("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB " + subject + " 1\r\nPING\r\n");
    flush();
  }

  /** Takes what has come. */
  void read() {
    try {
      if (channel.read(in) < 0) {
        throw new EOFException("the server closed the connection");
      }
      in.flip();
      while (handle()) {
        // One message of the protocol at a time, until the rest of one has to come.
      }
      in.compact();
      flush();
    } catch (IOException e) {
      subscribed.completeExceptionally(e);
      throw new UncheckedIOException(e);
    }
  }

  /** Handles one message of the protocol if it is there whole. */
  private boolean handle() throws IOException {
    int end = lineEnd();
    if (end < 0) {
      return false;
    }
    String line = text(in.position(), end);
    int next = end + LINE_END.length;
    if (line.startsWith("MSG ")) {
      String[] words = line.split(" ");
      int after = next + Integer.parseInt(words[words.length - 1]) + LINE_END.length;
      if (after > in.limit()) {
        return false;
      }
      write("PUB " + words[3] + " 0\r\n\r\n");
      next = after;
    } else if (line.equals("PING")) {
      write("PONG\r\n");
    } else if (line.equals("PONG")) {
      subscribed.complete(null);
    } else if (line.startsWith("-ERR")) {
      throw new IOException(line);
    }
    in.position(next);
    return true;
  }

  private int lineEnd() {
    for (int i = in.position(); i + 1 < in.limit(); i++) {
      if (in.get(i) == LINE_END[0] && in.get(i + 1) == LINE_END[1]) {
        return i;
      }
    }
    return -1;
  }

  private String text(int from, int to) {
    return new String(in.array(), from, to - from, StandardCharsets.US_ASCII);
  }

  private void write(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (out.remaining() < bytes.length) {
      flush();
    }
    out.put(bytes);
  }

  private void flush() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    out.clear();
  }
}
