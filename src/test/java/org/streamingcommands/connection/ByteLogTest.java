package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteLogTest {
  private static final int MANY = 1000;
  private static final int MEBIBYTE = 1 << 20;

  private final ByteLog log = new ByteLog(MANY, MEBIBYTE);

  @Test
  void whatIsPutIsFound() {
    put(log, "a", 1, "one");
    put(log, "b", 2, "two");
    assertThat(body(log, "a")).isEqualTo("one");
    assertThat(body(log, "b")).isEqualTo("two");
    assertThat(log.atMillis(log.find("b"))).isEqualTo(2);
    assertThat(log.find("c")).isNegative();
  }

  @Test
  void anIdMayBeOfAnyCharacters() {
    for (String id : List.of("plain~", "färdig", "\u007F\u0080", "\uD83D\uDE00", "")) {
      put(log, id, 1, "of " + id);
      assertThat(body(log, id)).isEqualTo("of " + id);
      assertThat(entries(log)).last().isEqualTo(id + "@1=of " + id);
    }
    assertThat(log.count()).isEqualTo(5);
  }

  @Test
  void theSameIdAgainReplacesAndIsTheYoungest() {
    put(log, "a", 1, "one");
    put(log, "b", 2, "two");
    put(log, "a", 3, "another");
    assertThat(entries(log)).containsExactly("b@2=two", "a@3=another");
    assertThat(log.count()).isEqualTo(2);
  }

  @Test
  void tooManyPushTheEldestOut() {
    ByteLog two = new ByteLog(2, MEBIBYTE);
    put(two, "a", 1, "one");
    put(two, "b", 2, "two");
    put(two, "c", 3, "three");
    assertThat(entries(two)).containsExactly("b@2=two", "c@3=three");
    assertThat(two.find("a")).isNegative();
  }

  @Test
  void tooManyBytesPushTheEldestOut() {
    ByteLog small = new ByteLog(MANY, 4096);
    for (int i = 0; i < 100; i++) {
      put(small, "id-" + i, i, "x".repeat(500));
    }
    assertThat(small.capacity()).isLessThanOrEqualTo(4096);
    assertThat(small.count()).isBetween(5, 8);
    assertThat(small.find("id-99")).isNotNegative();
  }

  @Test
  void oneThatIsLargerThanAllMayBeIsKeptAlone() {
    ByteLog small = new ByteLog(MANY, 2048);
    put(small, "a", 1, "one");
    put(small, "b", 2, "y".repeat(10_000));
    assertThat(entries(small)).hasSize(1);
    assertThat(body(small, "b")).hasSize(10_000);
    put(small, "c", 3, "three");
    assertThat(entries(small)).containsExactly("c@3=three");
  }

  @Test
  void nothingIsKeptWhereNothingMayBe() {
    ByteLog none = new ByteLog(0, MEBIBYTE);
    put(none, "a", 1, "one");
    assertThat(none.find("a")).isNegative();
    assertThat(none.capacity()).isZero();
  }

  @Test
  void whatIsOldIsForgottenAndItsMemoryGivenBack() {
    for (int i = 0; i < MANY; i++) {
      put(log, "id-" + i, i, "z".repeat(100));
    }
    int full = log.capacity();
    log.forgetBefore(MANY - 10);
    log.shrink();
    assertThat(log.count()).isEqualTo(10);
    assertThat(log.capacity()).isLessThan(full / 10);
    assertThat(body(log, "id-999")).hasSize(100);
    log.forgetBefore(Long.MAX_VALUE);
    assertThat(log.capacity()).isZero();
    assertThat(log.find("id-999")).isNegative();
  }

  /** Against the plain thing, over many random steps that wrap, grow, replace and push out. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void itIsAMapThatForgetsTheEldest(long seed) {
    Random random = new Random(seed);
    int mostCount = 1 + random.nextInt(60);
    ByteLog tried = new ByteLog(mostCount, MEBIBYTE);
    Map<String, String> plain = new LinkedHashMap<>();
    for (int step = 0; step < 20_000; step++) {
      String id = "id-" + random.nextInt(90);
      String text = "t".repeat(random.nextInt(random.nextInt(20) == 0 ? 3000 : 60));
      if (random.nextInt(50) == 0) {
        tried.shrink();
      }
      put(tried, id, step, text);
      plain.remove(id);
      if (plain.size() == mostCount) {
        plain.remove(plain.keySet().iterator().next());
      }
      plain.put(id, id + "@" + step + "=" + text);
      assertThat(tried.count()).isEqualTo(plain.size());
      String other = "id-" + random.nextInt(90);
      assertThat(tried.find(other) >= 0).isEqualTo(plain.containsKey(other));
      if (step % 500 == 0) {
        assertThat(entries(tried)).containsExactlyElementsOf(plain.values());
      }
    }
  }

  /** As above with a bound of bytes: whatever is left is a suffix of what was put. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aBoundOfBytesLeavesTheYoungest(long seed) {
    Random random = new Random(seed);
    ByteLog tried = new ByteLog(MANY, 5000);
    List<String> all = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      String text = "t".repeat(random.nextInt(400));
      put(tried, "id-" + step, step, text);
      all.add("id-%d@%d=%s".formatted(step, step, text));
      List<String> left = entries(tried);
      assertThat(left).isEqualTo(all.subList(all.size() - left.size(), all.size()));
      assertThat(tried.capacity()).isLessThanOrEqualTo(5000);
    }
  }

  private static void put(ByteLog log, String id, long at, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    log.put(id, at, bytes.length, to -> to.put(bytes));
  }

  private static String body(ByteLog log, String id) {
    return StandardCharsets.UTF_8.decode(log.body(log.find(id))).toString();
  }

  private static List<String> entries(ByteLog log) {
    List<String> entries = new ArrayList<>();
    log.forEach(
        (id, at, body) ->
            entries.add("%s@%d=%s".formatted(id, at, StandardCharsets.UTF_8.decode(body))));
    return entries;
  }
}
