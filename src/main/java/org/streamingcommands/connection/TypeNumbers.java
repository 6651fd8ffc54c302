package org.streamingcommands.connection;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The types that this process sees, by number: the URL of its type is half of what a short outcome
 * would take. The first so many have a number for good; others, and long ones, which senders may
 * invent at will, have none. Thread-safe.
 */
final class TypeNumbers {
  /** Of a type without a number. */
  static final int NONE = 0;

  private static final int LONGEST = 200;

  private final Map<String, Integer> numbers = new ConcurrentHashMap<>();

  /** Each is written once, before anybody knows its number. */
  private final String[] typeUrls;

  private int last;
  private volatile boolean isFull;

  TypeNumbers(int most) {
    typeUrls = new String[most + 1];
  }

  /** The same at every call. */
  int of(String typeUrl) {
    // Read first: of one that is not there although it is full, it is sure that it will never be.
    boolean wasFull = isFull;
    Integer number = numbers.get(typeUrl);
    if (number != null) {
      return number;
    }
    return wasFull || typeUrl.length() > LONGEST ? NONE : enter(typeUrl);
  }

  private synchronized int enter(String typeUrl) {
    Integer number = numbers.get(typeUrl);
    if (number != null || isFull) {
      return number == null ? NONE : number;
    }
    last++;
    typeUrls[last] = typeUrl;
    numbers.put(typeUrl, last);
    isFull = last == typeUrls.length - 1;
    return last;
  }

  /** The type that has this number. */
  String typeUrl(int number) {
    return typeUrls[number];
  }
}
