package org.streamingcommands.command;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Makes command ids: unique over processes, cheap, short, and in order of creation within one. */
public final class CommandIds {
  private static final int RADIX = Character.MAX_RADIX;
  private static final byte[] PROCESS =
      (Long.toUnsignedString(new SecureRandom().nextLong(), RADIX) + '-')
          .getBytes(StandardCharsets.ISO_8859_1);
  private static final AtomicLong NEXT = new AtomicLong();

  private CommandIds() {}

  public static String next() {
    return of(NEXT.getAndIncrement());
  }

  /** Written in one array: by way of the number's own string it would cost twice as much. */
  static String of(long number) {
    int digits = 1;
    for (long rest = number / RADIX; rest > 0; rest /= RADIX) {
      digits++;
    }
    byte[] id = Arrays.copyOf(PROCESS, PROCESS.length + digits);
    long rest = number;
    for (int at = id.length - 1; at >= PROCESS.length; at--) {
      id[at] = (byte) Character.forDigit((int) (rest % RADIX), RADIX);
      rest /= RADIX;
    }
    return new String(id, StandardCharsets.ISO_8859_1);
  }
}
