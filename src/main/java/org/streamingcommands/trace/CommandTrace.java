package org.streamingcommands.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One command's span at one of its stations; nothing where tracing is off. Thread-safe. */
public final class CommandTrace {
  /** Of a command that is not traced. */
  public static final CommandTrace NONE = new CommandTrace(null);

  /** What a command may carry; more headers or longer ones would end it as INVALID_COMMAND. */
  private static final int MAX_HEADERS = 32;

  private static final int MAX_VALUE = 255;

  private final @Nullable Span span;

  CommandTrace(@Nullable Span span) {
    this.span = span;
  }

  public boolean isOn() {
    return span != null;
  }

  /** The headers with this span in them, for the next station. */
  public Map<String, String> inject(Map<String, String> headers) {
    if (span == null) {
      return headers;
    }
    Map<String, String> all = new HashMap<>(headers);
    W3CTraceContextPropagator.getInstance()
        .inject(
            Context.root().with(span),
            all,
            (carrier, key, value) -> {
              if (carrier != null && value.length() <= MAX_VALUE) {
                carrier.put(key, value);
              }
            });
    return all.size() > MAX_HEADERS ? headers : all;
  }

  /** Makes it the parent of what this thread does until it is closed. */
  public Scope enter() {
    return span == null ? Scope.noop() : Context.current().with(span).makeCurrent();
  }

  /**
   * @param outcome a word, such as COMPLETED or NOT_CONNECTED
   * @param good whether it is what the sender wanted
   */
  public void end(String outcome, boolean good) {
    if (span != null) {
      span.setAttribute("streamingcommands.outcome", outcome);
      if (!good) {
        span.setStatus(StatusCode.ERROR, outcome);
      }
      span.end();
    }
  }
}
