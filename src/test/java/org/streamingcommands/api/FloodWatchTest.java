package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a connection is told at its end, by what came before. */
class FloodWatchTest {
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int CONTINUATION = 9;

  private static final int INTERNAL_ERROR = 2;
  private static final int PROTOCOL_ERROR = 1;
  private static final int ENHANCE_YOUR_CALM = 11;

  private static final int MOST = FloodWatch.MOST_A_SECOND;

  /** No better origin than any other. */
  private long now = TimeUnit.HOURS.toNanos(-1);

  private final FloodWatch watch = new FloodWatch(now);

  @Test
  void aFloodIsTold() {
    for (int type : new int[] {RST_STREAM, PING, CONTINUATION}) {
      FloodWatch each = new FloodWatch(now);
      each.received(preface(), now);
      each.received(frames(MOST, type, 4), now);
      assertThat(code(each.written(goodbye(INTERNAL_ERROR), now))).isEqualTo(ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void oneFrameFewerIsNone() {
    watch.received(preface(), now);
    watch.received(frames(MOST - 1, RST_STREAM, 4), now);
    assertUntouched(goodbye(INTERNAL_ERROR));
  }

  @Test
  void otherFramesAreNotCounted() {
    watch.received(preface(), now);
    watch.received(frames(10 * MOST, SETTINGS, 0), now);
    assertUntouched(goodbye(INTERNAL_ERROR));
  }

  @Test
  void otherReasonsStayAsTheyAre() {
    flood();
    assertUntouched(goodbye(PROTOCOL_ERROR));
    assertUntouched(frames(1, PING, 8));
    assertUntouched(ByteBuffer.allocate(0));
  }

  @Test
  void whatGoesBeforeInOneBufferStaysAsItIs() {
    flood();
    ByteBuffer both = ByteBuffer.allocate(3 + 17 + 17).position(3);
    both.put(frames(1, PING, 8)).put(goodbye(INTERNAL_ERROR)).flip().position(3);
    ByteBuffer told = watch.written(both, now);
    assertThat(told.remaining()).isEqualTo(34);
    assertThat(told.slice(told.position(), 17)).isEqualTo(frames(1, PING, 8));
    assertThat(code(told)).isEqualTo(ENHANCE_YOUR_CALM);
    assertThat(code(both)).isEqualTo(INTERNAL_ERROR);
  }

  @Test
  void whereverTheBytesAreCut() {
    ByteBuffer all = ByteBuffer.allocate(24 + MOST * 13);
    all.put(preface()).put(frames(MOST, RST_STREAM, 4)).flip();
    while (all.hasRemaining()) {
      int end = Math.min(all.limit(), all.position() + 7);
      watch.received(all.duplicate().limit(end), now);
      all.position(end);
    }
    assertThat(code(watch.written(goodbye(INTERNAL_ERROR), now))).isEqualTo(ENHANCE_YOUR_CALM);
  }

  @Test
  void itReadsAndLeavesTheBytesToOthers() {
    ByteBuffer bytes = preface();
    watch.received(bytes, now);
    assertThat(bytes).isEqualTo(preface());
  }

  @Test
  void aFloodThatIsOverIsForgotten() {
    flood();
    now += TimeUnit.SECONDS.toNanos(4);
    assertUntouched(goodbye(INTERNAL_ERROR));
  }

  @Test
  void halfOfItASecondAgoCounts() {
    watch.received(preface(), now);
    watch.received(frames(MOST / 2, RST_STREAM, 4), now);
    now += TimeUnit.SECONDS.toNanos(1);
    watch.received(frames(MOST / 2, RST_STREAM, 4), now);
    assertThat(code(watch.written(goodbye(INTERNAL_ERROR), now))).isEqualTo(ENHANCE_YOUR_CALM);
  }

  @Test
  void itIsTheSameWhereverTheFloodBegins() {
    // A slow beginning, and a flood of two seconds across the border of what is counted together.
    watch.received(preface(), now);
    watch.received(frames(1, RST_STREAM, 4), now);
    now += TimeUnit.MILLISECONDS.toNanos(1500);
    watch.received(frames(MOST / 2, RST_STREAM, 4), now);
    now += TimeUnit.MILLISECONDS.toNanos(1900);
    watch.received(frames(MOST / 2, RST_STREAM, 4), now);
    assertThat(code(watch.written(goodbye(INTERNAL_ERROR), now))).isEqualTo(ENHANCE_YOUR_CALM);
  }

  @Test
  void whatIsNoHttp2IsNotRead() {
    watch.received(text("GET / HTTP/1.1\r\n\r\n"), now);
    watch.received(frames(2 * MOST, RST_STREAM, 4), now);
    assertUntouched(goodbye(INTERNAL_ERROR));
  }

  @Test
  void afterAnUpgradeItIs() {
    watch.received(text("GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"), now);
    flood();
    assertThat(code(watch.written(goodbye(INTERNAL_ERROR), now))).isEqualTo(ENHANCE_YOUR_CALM);
  }

  // ---- helpers ------------------------------------------------------------------------------

  private void flood() {
    watch.received(preface(), now);
    watch.received(frames(MOST, RST_STREAM, 4), now);
  }

  private void assertUntouched(ByteBuffer bytes) {
    assertThat(watch.written(bytes, now)).isSameAs(bytes);
  }

  private static int code(ByteBuffer goodbye) {
    return goodbye.getInt(goodbye.limit() - 4);
  }

  private static ByteBuffer goodbye(int code) {
    ByteBuffer goodbye = frames(1, GOAWAY, 8);
    return goodbye.putInt(goodbye.limit() - 4, code);
  }

  private static ByteBuffer preface() {
    return text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static ByteBuffer frames(int count, int type, int length) {
    ByteBuffer frames = ByteBuffer.allocate(count * (9 + length));
    for (int i = 0; i < count; i++) {
      frames.put((byte) 0).putShort((short) length).put((byte) type).put((byte) 0).putInt(0);
      frames.put(new byte[length]);
    }
    return frames.flip();
  }
}
