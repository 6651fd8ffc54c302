package org.streamingcommands.connection;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bodies of bytes by id, each with a time, the eldest first to go. All in one ring of bytes and one
 * table of numbers: what thousands of clients did lately is kept for minutes, and kept as objects
 * it would be most of what a collector has to follow.
 *
 * <p>An entry is {@code length, hash of the id, state, time, length of the id, id, body}, in one
 * piece. Empty, it holds no arrays.
 */
final class ByteLog {
  /** Writes a body of the size that was asked for, at the buffer's position. */
  interface Body {
    void write(ByteBuffer to);
  }

  /** Sees an entry; the body is the buffer's rest. */
  interface Visitor {
    void entry(String id, long atMillis, ByteBuffer body);
  }

  private static final int LENGTH = 0;
  private static final int HASH = 4;
  private static final int STATE = 8;
  private static final int AT = 9;
  private static final int ID_LENGTH = 17;
  private static final int ID = 21;

  private static final byte LIVE = 1;
  private static final byte REPLACED = 0;

  /** Of the characters that are one byte in UTF-8. */
  private static final char LAST_PLAIN = 0x7F;

  /** In place of a length: the next entry is at the beginning. */
  private static final int WRAP = -1;

  private static final int SMALLEST_RING = 1024;
  private static final int SMALLEST_TABLE = 16;
  private static final long[] NO_TABLE = {};

  /** 2^32 over the golden ratio: ids that count up have hashes that do, which it keeps apart. */
  private static final int SPREAD = 0x9E3779B9;

  /** A ring that is used less than one part in so many is made smaller. */
  private static final int SPARSE = 4;

  private final int maxCount;
  private final int maxBytes;
  private @Nullable ByteBuffer ring;
  private int head;
  private int tail;
  private int used;
  private int count;

  /**
   * A hash and a position in the ring plus one, by hash with linear probing; 0 is free. With the
   * hashes here, looking past others does not touch the ring, of which little is near a processor.
   */
  private long[] table = NO_TABLE;

  /**
   * @param maxBytes more only where one entry alone has more
   */
  ByteLog(int maxCount, int maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /** One of the same bounds. */
  ByteLog anotherEmpty() {
    return new ByteLog(maxCount, maxBytes);
  }

  int count() {
    return count;
  }

  /** What the ring takes, filled or not. */
  int capacity() {
    return ring == null ? 0 : ring.capacity();
  }

  /** Puts an entry in, in place of one of the same id. */
  void put(String id, long atMillis, int bodySize, Body body) {
    replace(id);
    if (maxCount == 0) {
      return;
    }
    while (count >= maxCount) {
      removeEldest();
    }
    // Nearly all are plain, and need no array of their own on their way into the ring.
    byte[] coded = isPlain(id) ? null : id.getBytes(StandardCharsets.UTF_8);
    int idLength = coded == null ? id.length() : coded.length;
    int size = ID + idLength + bodySize;
    ByteBuffer to = makeRoom(size);
    int at = tail;
    to.putInt(at + LENGTH, size);
    to.putInt(at + HASH, id.hashCode());
    to.put(at + STATE, LIVE);
    to.putLong(at + AT, atMillis);
    to.putInt(at + ID_LENGTH, idLength);
    for (int i = 0; i < idLength; i++) {
      to.put(at + ID + i, coded == null ? (byte) id.charAt(i) : coded[i]);
    }
    to.limit(at + size).position(at + ID + idLength);
    body.write(to);
    to.clear();
    tail = at + size;
    used += size;
    count++;
    if (count * 2 > table.length) {
      rebuildTable(Math.max(SMALLEST_TABLE, table.length * 2));
    } else {
      enter(id.hashCode(), at);
    }
  }

  /** Where the id's entry is; negative where there is none. Good until the next change. */
  int find(String id) {
    ByteBuffer from = ring;
    if (from == null) {
      return -1;
    }
    int hash = id.hashCode();
    int mask = table.length - 1;
    for (int slot = home(hash, mask); table[slot] != 0; slot = (slot + 1) & mask) {
      if (hash(table[slot]) == hash) {
        int at = position(table[slot]);
        if (idAt(from, at).equals(id)) {
          return at;
        }
      }
    }
    return -1;
  }

  long atMillis(int entry) {
    return ring().getLong(entry + AT);
  }

  /** The body of an entry, from the buffer's position to its limit; the caller must only read. */
  ByteBuffer body(int entry) {
    ByteBuffer from = ring();
    int begin = entry + ID + from.getInt(entry + ID_LENGTH);
    return from.slice(begin, entry + from.getInt(entry + LENGTH) - begin);
  }

  /** All, the eldest first. */
  void forEach(Visitor visitor) {
    ByteBuffer from = ring;
    int at = head;
    for (int seen = 0; from != null && seen < count; ) {
      at = skipWrap(from, at);
      if (from.get(at + STATE) == LIVE) {
        visitor.entry(idAt(from, at), from.getLong(at + AT), body(at));
        seen++;
      }
      at += from.getInt(at + LENGTH);
    }
  }

  /** Forgets what is older, and gives memory back that is not needed any more. */
  void forgetBefore(long millis) {
    while (count > 0 && ring().getLong(eldest() + AT) < millis) {
      removeEldest();
    }
    if (count == 0) {
      clear();
    }
  }

  /** Gives memory back where little of it is used. */
  void shrink() {
    if (capacity() > SMALLEST_RING && used < capacity() / SPARSE) {
      move(Math.max(SMALLEST_RING, used * 2));
    }
  }

  void clear() {
    ring = null;
    table = NO_TABLE;
    head = 0;
    tail = 0;
    used = 0;
    count = 0;
  }

  // ---- the ring -----------------------------------------------------------------------------

  private ByteBuffer ring() {
    if (ring == null) {
      throw new IllegalStateException("nothing is kept");
    }
    return ring;
  }

  /** Makes the tail a place where so many bytes fit in one piece. */
  private ByteBuffer makeRoom(int size) {
    while (!fits(size)) {
      if (count > 0 && (long) used + size > maxBytes) {
        removeEldest();
      } else {
        long wanted = Math.max(2L * capacity(), SMALLEST_RING);
        move((int) Math.max(used + (long) size, Math.min(wanted, maxBytes)));
      }
    }
    return ring();
  }

  /** Whether it does, perhaps only from the beginning: then the tail goes there. */
  private boolean fits(int size) {
    ByteBuffer to = ring;
    if (to == null) {
      return false;
    }
    if (count == 0) {
      head = 0;
      tail = 0;
      used = 0;
      return size <= to.capacity();
    }
    if (tail <= head) {
      return size < head - tail;
    }
    if (size <= to.capacity() - tail) {
      return true;
    }
    if (size >= head) {
      return false;
    }
    if (to.capacity() - tail >= Integer.BYTES) {
      to.putInt(tail, WRAP);
    }
    tail = 0;
    return true;
  }

  /** The same entries in another ring, without gaps and without those that were replaced. */
  private void move(int capacity) {
    ByteBuffer from = ring;
    ByteBuffer to = ByteBuffer.allocate(capacity);
    int at = head;
    int end = 0;
    for (int moved = 0; from != null && moved < count; ) {
      at = skipWrap(from, at);
      int size = from.getInt(at + LENGTH);
      if (from.get(at + STATE) == LIVE) {
        to.put(end, from, at, size);
        end += size;
        moved++;
      }
      at += size;
    }
    ring = to;
    head = 0;
    tail = end;
    used = end;
    rebuildTable(Math.max(SMALLEST_TABLE, table.length));
  }

  private static int skipWrap(ByteBuffer from, int at) {
    boolean atEnd = from.capacity() - at < Integer.BYTES || from.getInt(at) == WRAP;
    return atEnd ? 0 : at;
  }

  /** The eldest that was not replaced; those before it are dropped. */
  private int eldest() {
    ByteBuffer from = ring();
    head = skipWrap(from, head);
    while (from.get(head + STATE) == REPLACED) {
      drop(from);
    }
    return head;
  }

  private void removeEldest() {
    ByteBuffer from = ring();
    int at = eldest();
    leave(from.getInt(at + HASH), at);
    drop(from);
    count--;
  }

  private void drop(ByteBuffer from) {
    int size = from.getInt(head + LENGTH);
    used -= size;
    head = skipWrap(from, head + size);
  }

  private void replace(String id) {
    int at = find(id);
    if (at >= 0) {
      leave(id.hashCode(), at);
      ring().put(at + STATE, REPLACED);
      count--;
    }
  }

  private static boolean isPlain(String id) {
    for (int i = 0; i < id.length(); i++) {
      if (id.charAt(i) > LAST_PLAIN) {
        return false;
      }
    }
    return true;
  }

  private static String idAt(ByteBuffer from, int at) {
    int length = from.getInt(at + ID_LENGTH);
    return new String(from.array(), at + ID, length, StandardCharsets.UTF_8);
  }

  // ---- the table ----------------------------------------------------------------------------

  private static long slot(int hash, int at) {
    return (long) hash << Integer.SIZE | at + 1;
  }

  private static int hash(long slot) {
    return (int) (slot >>> Integer.SIZE);
  }

  private static int position(long slot) {
    return (int) slot - 1;
  }

  /** Where a hash belongs: the upper bits of the product, which all of its own have a part in. */
  private static int home(int hash, int mask) {
    return hash * SPREAD >>> Integer.numberOfLeadingZeros(mask);
  }

  private void enter(int hash, int at) {
    int mask = table.length - 1;
    int free = home(hash, mask);
    while (table[free] != 0) {
      free = (free + 1) & mask;
    }
    table[free] = slot(hash, at);
  }

  /** Frees the entry's slot; those that had to step aside for it move up. */
  private void leave(int hash, int at) {
    int mask = table.length - 1;
    long leaving = slot(hash, at);
    int free = home(hash, mask);
    while (table[free] != leaving) {
      free = (free + 1) & mask;
    }
    for (int slot = (free + 1) & mask; table[slot] != 0; slot = (slot + 1) & mask) {
      int home = home(hash(table[slot]), mask);
      if (((slot - home) & mask) >= ((slot - free) & mask)) {
        table[free] = table[slot];
        free = slot;
      }
    }
    table[free] = 0;
  }

  private void rebuildTable(int size) {
    ByteBuffer from = ring();
    if (table.length == size) {
      Arrays.fill(table, 0);
    } else {
      table = new long[size];
    }
    int at = head;
    for (int entered = 0; entered < count; ) {
      at = skipWrap(from, at);
      if (from.get(at + STATE) == LIVE) {
        enter(from.getInt(at + HASH), at);
        entered++;
      }
      at += from.getInt(at + LENGTH);
    }
  }
}
