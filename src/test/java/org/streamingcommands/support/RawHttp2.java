package org.streamingcommands.support;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2HeadersDecoder;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A connection that says in HTTP/2 whatever the test wants, however rude. */
public final class RawHttp2 implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;
  private static final int SETTINGS = 4;
  private static final int END_HEADERS = 4;
  private static final int ACK = 1;
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private final Socket socket;
  private final OutputStream out;
  private @Nullable ByteArrayOutputStream together;
  private final Http2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private final CompletableFuture<String> goAway = new CompletableFuture<>();
  private final CompletableFuture<String> status = new CompletableFuture<>();
  private final CompletableFuture<String> statusMessage = new CompletableFuture<>();
  private final CompletableFuture<String> httpStatus = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final CompletableFuture<byte[]> message = new CompletableFuture<>();

  /** The first settings are acknowledged too, and nobody waits for that. */
  private final Semaphore acknowledged = new Semaphore(-1);

  public RawHttp2(InetSocketAddress to) throws IOException {
    this(to, "127.0.0.1");
  }

  /** From one of this machine's addresses. */
  public RawHttp2(InetSocketAddress to, String from) throws IOException {
    this(connected(to, from));
  }

  /**
   * @param connected where the preface is yet to come; closed with this
   */
  public RawHttp2(Socket connected) throws IOException {
    socket = connected;
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
    out.write(PREFACE.getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
    Thread reader = new Thread(this::read, "raw-http2");
    reader.setDaemon(true);
    reader.start();
  }

  private static Socket connected(InetSocketAddress to, String from) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(to);
    return socket;
  }

  private void read() {
    try {
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        in.readInt();
        byte[] payload = in.readNBytes(length);
        if (type == GOAWAY) {
          int code = ByteBuffer.wrap(payload).getInt(4);
          String why = new String(payload, 8, payload.length - 8, StandardCharsets.UTF_8);
          goAway.complete(code + " " + why);
        } else if (type == HEADERS) {
          told(payload);
        } else if (type == DATA && payload.length > 5) {
          message.complete(Arrays.copyOfRange(payload, 5, payload.length));
        } else if (type == SETTINGS && flags == ACK) {
          acknowledged.release();
        }
      }
    } catch (IOException | Http2Exception e) {
      closed.complete(null);
      acknowledged.release(Integer.MAX_VALUE / 2);
    }
  }

  /** The headers' names are compressed or not as the server likes: only a decoder can tell. */
  private void told(byte[] block) throws Http2Exception {
    Http2Headers headers = decoder.decodeHeaders(0, Unpooled.wrappedBuffer(block));
    CharSequence http = headers.status();
    if (http != null) {
      httpStatus.complete(http.toString());
    }
    CharSequence told = headers.get("grpc-status");
    if (told != null) {
      CharSequence text = headers.get("grpc-message");
      statusMessage.complete(text == null ? "" : text.toString());
      status.complete(told.toString());
    }
  }

  /** Some frames. */
  public interface Speech {
    void say() throws IOException;
  }

  /** Writes all that is said therein in one go. */
  public synchronized void together(Speech speech) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    together = all;
    try {
      speech.say();
    } finally {
      together = null;
    }
    out.write(all.toByteArray());
  }

  public synchronized void frame(int type, int flags, int stream, byte[] payload)
      throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
    if (together != null) {
      together.writeBytes(frame.array());
    } else {
      out.write(frame.array());
    }
  }

  /** Promises a frame of so many bytes, and says no more. */
  public void cutOffWithin(int type, int stream, int length) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(9);
    head.put((byte) (length >> 16)).putShort((short) length);
    head.put((byte) type).put((byte) 0).putInt(stream);
    out.write(head.array());
    socket.shutdownOutput();
  }

  /** Opens a call of the clients' rpc. */
  public void open(int stream, String... headers) throws IOException {
    open(stream, "/streamingcommands.v1.ClientStreamService/Connect", headers);
  }

  /** Opens a call of any rpc. */
  public void open(int stream, String path, String[] headers) throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(
                ":method", "POST",
                ":scheme", "http",
                ":path", path,
                ":authority", "localhost",
                "content-type", "application/grpc",
                "te", "trailers"));
    all.addAll(List.of(headers));
    request(stream, all.toArray(String[]::new));
  }

  /** Begins a request of just these headers. */
  public void request(int stream, String... headers) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < headers.length; i += 2) {
      header(block, headers[i], headers[i + 1]);
    }
    frame(HEADERS, END_HEADERS, stream, block.toByteArray());
  }

  public void reset(int stream) throws IOException {
    frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
  }

  /** Waits until the server has read all that was written, or has hung up. */
  public void awaitRead() throws IOException {
    frame(SETTINGS, 0, 0, new byte[0]);
    acknowledged.acquireUninterruptibly();
  }

  private static void header(ByteArrayOutputStream to, String name, String value) {
    to.write(0);
    to.write(name.length());
    to.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    to.write(value.length());
    to.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  /** The code and the words of the server's GOAWAY. */
  public CompletableFuture<String> goAway() {
    return goAway;
  }

  /** The grpc-status of the first call that ended. */
  public CompletableFuture<String> status() {
    return status;
  }

  /** The grpc-message of the first call that ended, as it was written. */
  public CompletableFuture<String> statusMessage() {
    return statusMessage;
  }

  /** The :status of the first answer. */
  public CompletableFuture<String> httpStatus() {
    return httpStatus;
  }

  /** The first message of the server. */
  public CompletableFuture<byte[]> message() {
    return message;
  }

  /** Completed when the connection is no more. */
  public CompletableFuture<Void> closed() {
    return closed;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
