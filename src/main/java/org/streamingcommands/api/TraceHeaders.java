package org.streamingcommands.api;

import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.streamingcommands.grpc.v1.CommandSpec;

/**
 * The W3C trace context of a caller, in the headers of its call, goes on in the command's headers,
 * unless the command has one of its own. What has not the form of one is left out.
 */
final class TraceHeaders {
  private static final String PARENT = "traceparent";
  private static final String STATE = "tracestate";
  private static final Pattern PARENT_FORM =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  /** As much of it as everybody has to pass on. */
  private static final Pattern STATE_FORM = Pattern.compile("[\\x20-\\x7e]{1,512}");

  private TraceHeaders() {}

  static CommandSpec into(CommandSpec command, HttpRequest request) {
    var parent = request.getHeader(PARENT).orElse(null);
    if (parent == null
        || command.containsHeaders(PARENT)
        || !PARENT_FORM.matcher(parent.value()).matches()) {
      return command;
    }
    CommandSpec.Builder traced = command.toBuilder().putHeaders(PARENT, parent.value());
    request
        .getHeader(STATE)
        .map(state -> state.value())
        .filter(state -> STATE_FORM.matcher(state).matches())
        .ifPresent(state -> traced.putHeaders(STATE, state));
    return traced.build();
  }
}
