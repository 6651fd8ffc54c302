package org.streamingcommands.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Watches one connection, so that it ends with the right reason where it was flooded. Pekko HTTP's
 * frame-type-throttle ends it, and says INTERNAL_ERROR for that as for everything it has no code
 * for ({@code Http2Blueprint.errorHandling}); what one says to a peer that exceeds what it may is
 * ENHANCE_YOUR_CALM (RFC 9113, section 7). This counts the same frames on their way in, and writes
 * the right code into the goodbye on its way out. It holds nothing up, and what is no HTTP/2 passes
 * unread. For one thread at a time.
 */
final class FloodWatch {
  /** So many frames of {@link #THROTTLED} in a second, with as many at once, are a flood. */
  static final int MOST_A_SECOND = 10_000;

  /** As frame-type-throttle calls them: none is of use in such numbers. */
  static final String THROTTLED = "[\"reset\", \"continuation\", \"ping\"]";

  private static final int RST_STREAM = 3;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int CONTINUATION = 9;

  private static final int INTERNAL_ERROR = 2;
  private static final int ENHANCE_YOUR_CALM = 11;

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Of a frame: length, type, flags, stream (RFC 9113, section 4.1). */
  private static final int HEAD = 9;

  /** Of a GOAWAY without words: the last stream, the code. */
  private static final int GOAWAY_LENGTH = 8;

  /** The size of such a goodbye. */
  static final int GOODBYE = HEAD + GOAWAY_LENGTH;

  /**
   * Who exceeds a second's measure by as much again has sent at least {@link #MOST_A_SECOND} within
   * two, whenever it began.
   */
  private static final long SPAN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private int prefaceRead;
  private int headRead;
  private int length;
  private int type;
  private int payloadLeft;

  private long spanSince;
  private int inSpan;
  private int inSpanBefore;

  FloodWatch(long nowNanos) {
    spanSince = nowNanos;
  }

  /** Looks at what came in, from its position to its limit, and leaves it as it is. */
  void received(ByteBuffer bytes, long nowNanos) {
    int at = prefaceRead == PREFACE.length ? bytes.position() : readPreface(bytes);
    while (at < bytes.limit()) {
      if (payloadLeft > 0) {
        int skipped = Math.min(payloadLeft, bytes.limit() - at);
        payloadLeft -= skipped;
        at += skipped;
      } else {
        readHead(bytes.get(at++) & 0xFF, nowNanos);
      }
    }
  }

  /**
   * A connection may begin as HTTP/1.1 and be upgraded: what does not begin as HTTP/2 does is let
   * pass, and the next piece looked at anew.
   *
   * @return where it goes on behind the preface; the limit where there is nothing
   */
  private int readPreface(ByteBuffer bytes) {
    for (int at = bytes.position(); at < bytes.limit(); ) {
      if (bytes.get(at++) != PREFACE[prefaceRead]) {
        prefaceRead = 0;
        return bytes.limit();
      }
      if (++prefaceRead == PREFACE.length) {
        return at;
      }
    }
    return bytes.limit();
  }

  private void readHead(int octet, long nowNanos) {
    if (headRead < 3) {
      length = length << 8 | octet;
    } else if (headRead == 3) {
      type = octet;
    }
    if (++headRead == HEAD) {
      if (type == RST_STREAM || type == PING || type == CONTINUATION) {
        count(nowNanos);
      }
      payloadLeft = length;
      headRead = 0;
      length = 0;
    }
  }

  private void count(long nowNanos) {
    turn(nowNanos);
    inSpan++;
  }

  private void turn(long nowNanos) {
    long passed = nowNanos - spanSince;
    if (passed >= SPAN_NANOS) {
      inSpanBefore = passed < 2 * SPAN_NANOS ? inSpan : 0;
      inSpan = 0;
      spanSince = nowNanos;
    }
  }

  private boolean isFlooded(long nowNanos) {
    turn(nowNanos);
    return inSpanBefore + inSpan >= MOST_A_SECOND;
  }

  /**
   * What is to be written in place of some bytes, which end with the end of a frame.
   *
   * @return the same, or a copy; from position to limit as before
   */
  ByteBuffer written(ByteBuffer bytes, long nowNanos) {
    if (!isInternalError(bytes) || !isFlooded(nowNanos)) {
      return bytes;
    }
    ByteBuffer calm = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    return calm.putInt(calm.limit() - Integer.BYTES, ENHANCE_YOUR_CALM);
  }

  /** Whether it ends with such a goodbye, always the last of a connection. */
  private boolean isInternalError(ByteBuffer bytes) {
    int at = bytes.limit() - GOODBYE;
    return prefaceRead == PREFACE.length
        && at >= bytes.position()
        && bytes.getInt(at) == (GOAWAY_LENGTH << 8 | GOAWAY)
        && bytes.get(at + 4) == 0
        && bytes.getInt(at + 5) == 0
        && bytes.getInt(bytes.limit() - Integer.BYTES) == INTERNAL_ERROR;
  }
}
