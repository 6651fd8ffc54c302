package org.streamingcommands.cli;

import io.grpc.StatusRuntimeException;
import java.net.BindException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Exceptions as one line for a person. */
final class Problems {
  private Problems() {}

  static String describe(Throwable thrown) {
    Throwable error = thrown;
    while (error.getCause() != null
        && (error instanceof CompletionException || error instanceof ExecutionException)) {
      error = error.getCause();
    }
    String message = firstLine(error);
    if (error instanceof StatusRuntimeException call && call.getStatus().getCause() != null) {
      // "io exception" alone says nothing; its cause does.
      return message + ": " + firstLine(call.getStatus().getCause());
    }
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      // The operating system's word is what tells a taken port from a forbidden one.
      if (cause instanceof BindException && !message.contains(firstLine(cause))) {
        return message + ": " + firstLine(cause);
      }
    }
    return message;
  }

  private static String firstLine(Throwable error) {
    String said = error.getMessage();
    String message = said == null ? null : said.lines().map(Plain::text).findFirst().orElse("");
    return message == null || message.isBlank() ? error.getClass().getSimpleName() : message;
  }
}
