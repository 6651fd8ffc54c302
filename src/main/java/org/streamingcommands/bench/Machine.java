package org.streamingcommands.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What this machine allows, as far as Linux says so; elsewhere it is taken to allow everything.
 *
 * @param openFiles that a process may have at most
 * @param freeBytes of memory that programs may still take
 */
record Machine(long openFiles, long freeBytes) {
  /** Besides one for each connection: jars, event loops, listeners. */
  private static final int OTHER_FILES = 500;

  /** Of one connection: both ends and their share of JVMs that have room to work in. */
  private static final long BYTES_EACH = 150_000;

  private static final long KIB = 1024;

  static Machine here() {
    // A JVM raises its own limit to the hard one.
    return new Machine(
        number(Path.of("/proc/self/limits"), "Max open files", 1),
        number(Path.of("/proc/meminfo"), "MemAvailable:", 0) * KIB);
  }

  /** Memory of the system's that all TCP sockets have together, both ends; 0 if not known. */
  static long socketBytes() {
    long pages = number(Path.of("/proc/net/sockstat"), "TCP:", 4);
    return pages == Integer.MAX_VALUE ? 0 : pages * 4 * KIB;
  }

  /** Why not, where it cannot. */
  Optional<String> cannotHold(int connections) {
    if (connections + OTHER_FILES > openFiles) {
      return Optional.of(
          "a process may have %,d open files here (ulimit -Hn)".formatted(openFiles));
    }
    if (connections * BYTES_EACH > freeBytes) {
      return Optional.of("%,d MiB of memory are free here".formatted(freeBytes / (KIB * KIB)));
    }
    return Optional.empty();
  }

  /** The so-manieth number in the line that starts so. */
  private static long number(Path file, String start, int index) {
    try {
      return numbers(Files.readString(file), start).get(index);
    } catch (IOException | IndexOutOfBoundsException e) {
      return Integer.MAX_VALUE;
    }
  }

  static List<Long> numbers(String text, String start) {
    return text.lines()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .map(line -> line.substring(start.length()).replaceAll("\\D+", " ").strip())
        .filter(numbers -> !numbers.isEmpty())
        .map(numbers -> List.of(numbers.split(" ")).stream().map(Long::parseLong).toList())
        .orElse(List.of());
  }
}
