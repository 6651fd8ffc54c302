package org.streamingcommands.process;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** In the other JVM: runs a main method and ends as soon as the one that started it is gone. */
public final class Leash {
  private Leash() {}

  /** The name of the class to run and its arguments. */
  public static void main(String[] args) throws ReflectiveOperationException {
    Thread watch = new Thread(() -> awaitEnd(System.in), "leash");
    watch.setDaemon(true);
    watch.start();
    Class.forName(args[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
  }

  private static void awaitEnd(InputStream parent) {
    int read;
    do {
      try {
        read = parent.read();
      } catch (IOException e) {
        read = -1;
      }
    } while (read >= 0);
    Runtime.getRuntime().halt(0);
  }
}
