package org.streamingcommands.command;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Makes command ids: unique over processes, cheap, short, and in order of creation within one. */
public final class CommandIds {
  private static final String PROCESS =
      Long.toUnsignedString(new SecureRandom().nextLong(), Character.MAX_RADIX);
  private static final AtomicLong NEXT = new AtomicLong();

  private CommandIds() {}

  public static String next() {
    return PROCESS + '-' + Long.toString(NEXT.getAndIncrement(), Character.MAX_RADIX);
  }
}
