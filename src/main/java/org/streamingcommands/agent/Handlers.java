package org.streamingcommands.agent;

import com.google.protobuf.Any;
import com.google.protobuf.Internal;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Which handler runs which type of command. */
final class Handlers {
  private final Map<String, Handler> byType;
  private final @Nullable Handler others;

  private Handlers(Map<String, Handler> byType, @Nullable Handler others) {
    this.byType = byType;
    this.others = others;
  }

  /** A handler that finds its own type in the payload. */
  @FunctionalInterface
  interface Handler {
    CompletionStage<? extends @Nullable Message> handle(Any payload, CommandContext context)
        throws Exception;
  }

  /**
   * Runs the handler of the payload's type.
   *
   * @throws CommandFailure where there is none, or the payload does not parse
   */
  CompletionStage<? extends @Nullable Message> handle(Any payload, CommandContext context)
      throws Exception {
    String typeUrl = payload.getTypeUrl();
    Handler handler = byType.get(typeUrl.substring(typeUrl.lastIndexOf('/') + 1));
    if (handler == null) {
      handler = others;
    }
    if (handler == null) {
      throw new CommandFailure(
          FailureCode.UNSUPPORTED_COMMAND, "no handler for '%s'".formatted(typeUrl));
    }
    CompletionStage<? extends @Nullable Message> stage = handler.handle(payload, context);
    if (stage == null) {
      throw new IllegalStateException("the handler returned no stage");
    }
    return stage;
  }

  /** Collects handlers; one a type. */
  static final class Builder {
    private final Map<String, Handler> byType = new HashMap<>();
    private @Nullable Handler others;

    <C extends Message> void on(Class<C> type, CommandHandler<C, ?> handler) {
      C prototype = Internal.getDefaultInstance(type);
      add(prototype, sync(payload -> parse(prototype, type, payload), handler));
    }

    <C extends Message> void onAsync(Class<C> type, AsyncCommandHandler<C> handler) {
      C prototype = Internal.getDefaultInstance(type);
      add(
          prototype,
          (payload, context) -> handler.handle(parse(prototype, type, payload), context));
    }

    void onOther(CommandHandler<Any, ?> handler) {
      setOthers(sync(payload -> payload, handler));
    }

    void onOtherAsync(AsyncCommandHandler<Any> handler) {
      setOthers(handler::handle);
    }

    Handlers build() {
      return new Handlers(Map.copyOf(byType), others);
    }

    private void add(Message prototype, Handler handler) {
      String name = prototype.getDescriptorForType().getFullName();
      if (byType.putIfAbsent(name, handler) != null) {
        throw new IllegalArgumentException(name + " has a handler already");
      }
    }

    private void setOthers(Handler handler) {
      if (others != null) {
        throw new IllegalArgumentException("all other types have a handler already");
      }
      others = handler;
    }

    private static <C extends Message> Handler sync(
        Reader<C> reader, CommandHandler<C, ?> handler) {
      return (payload, context) ->
          CompletableFuture.completedFuture(handler.handle(reader.read(payload), context));
    }

    private static <C extends Message> C parse(C prototype, Class<C> type, Any payload)
        throws CommandFailure {
      try {
        return type.cast(prototype.getParserForType().parseFrom(payload.getValue()));
      } catch (InvalidProtocolBufferException e) {
        throw new CommandFailure(
            FailureCode.INVALID_PAYLOAD,
            "the payload is no %s: %s"
                .formatted(prototype.getDescriptorForType().getFullName(), e.getMessage()));
      }
    }
  }

  @FunctionalInterface
  private interface Reader<C> {
    C read(Any payload) throws CommandFailure;
  }
}
