package org.streamingcommands.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Traces of commands by OpenTelemetry: the context travels in the command's headers, as W3C has it.
 * Off until {@link #use} is called, and then for the senders, the node and the agents of this JVM;
 * while it is off, a command costs one read of a field at each of them. Thread-safe.
 */
public final class Tracing {
  private static final String SCOPE = "org.streamingcommands";

  private static final TextMapGetter<Map<String, String>> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> headers) {
          return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String key) {
          return headers == null ? null : headers.get(key);
        }
      };

  private static volatile @Nullable Tracer tracer;

  private Tracing() {}

  /** Makes spans with this from now on; {@link OpenTelemetry#noop()} turns it off again. */
  public static void use(OpenTelemetry openTelemetry) {
    tracer = openTelemetry == OpenTelemetry.noop() ? null : openTelemetry.getTracer(SCOPE);
  }

  /** At the sender; a child of whatever runs on this thread. */
  public static CommandTrace sending(
      String service, String clientId, String commandId, String type) {
    Tracer current = tracer;
    return current == null
        ? CommandTrace.NONE
        : begin(
            current.spanBuilder("command send").setSpanKind(SpanKind.PRODUCER),
            service,
            clientId,
            commandId,
            type);
  }

  /** At the node that takes it in; a child of the sender's, by the headers. */
  public static CommandTrace routing(
      Map<String, String> headers, String service, String clientId, String commandId, String type) {
    Tracer current = tracer;
    return current == null
        ? CommandTrace.NONE
        : begin(
            current.spanBuilder("command route").setParent(parent(headers)),
            service,
            clientId,
            commandId,
            type);
  }

  /** At the client that runs it; a child of the node's, by the headers. */
  public static CommandTrace handling(Map<String, String> headers, String commandId, String type) {
    Tracer current = tracer;
    return current == null
        ? CommandTrace.NONE
        : begin(
            current
                .spanBuilder("command handle")
                .setSpanKind(SpanKind.CONSUMER)
                .setParent(parent(headers)),
            commandId,
            type);
  }

  private static Context parent(Map<String, String> headers) {
    return W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
  }

  private static CommandTrace begin(
      SpanBuilder builder, String service, String clientId, String commandId, String type) {
    return begin(
        builder
            .setAttribute("streamingcommands.service", service)
            .setAttribute("streamingcommands.client_id", clientId),
        commandId,
        type);
  }

  private static CommandTrace begin(SpanBuilder builder, String commandId, String type) {
    Span span =
        builder
            .setAttribute("streamingcommands.command_id", commandId)
            .setAttribute("streamingcommands.type", type.substring(type.lastIndexOf('/') + 1))
            .startSpan();
    return new CommandTrace(span);
  }
}
