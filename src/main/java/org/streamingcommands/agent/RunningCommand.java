package org.streamingcommands.agent;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.grpc.Context;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.Progress;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.trace.CommandTrace;
import org.streamingcommands.trace.Tracing;

/** One command from its arrival to its end, and the context that its handler sees. */
final class RunningCommand implements Known, CommandContext {
  private static final Logger log = LoggerFactory.getLogger(RunningCommand.class);

  /** How far it is. It only goes forward. */
  private enum Phase {
    QUEUED,
    STARTED,
    ENDED
  }

  private final String id;
  private final String typeUrl;
  private final Instant deadline;
  private final Map<String, String> headers;
  private final CommandRunner runner;
  // All below is guarded by this; the volatile ones are also read without.
  private Any payload;
  private volatile Phase phase = Phase.QUEUED;
  private volatile String whyCancelled = "";
  private volatile boolean cancelled;
  private volatile CommandTrace trace = CommandTrace.NONE;
  private List<Runnable> onCancel = List.of();
  private Context.@Nullable CancellableContext calls;

  RunningCommand(CommandDelivery delivery, CommandRunner runner) {
    this.id = delivery.getCommandId();
    this.payload = delivery.getPayload();
    this.typeUrl = payload.getTypeUrl();
    this.deadline = deadline(delivery, runner.now());
    this.headers = delivery.getHeadersMap();
    this.runner = runner;
  }

  /** By this clock: the sender's may be another. */
  private static Instant deadline(CommandDelivery delivery, Instant now) {
    if (delivery.hasTimeLeft()) {
      return now.plus(Wire.duration(delivery.getTimeLeft()));
    }
    return delivery.hasDeadline() ? Wire.instant(delivery.getDeadline()) : Instant.MAX;
  }

  /** Whether the caller is the one who shall run it now. */
  synchronized boolean start() {
    if (phase != Phase.QUEUED) {
      return false;
    }
    phase = Phase.STARTED;
    return true;
  }

  /** Begins the span of its handler, which is the parent of what the handler does. */
  Scope beginTrace() {
    trace = Tracing.handling(headers, id, typeUrl);
    return trace.enter();
  }

  /** Begins what the handler's own gRPC calls inherit: the deadline, and the cancellation. */
  Context beginCalls() {
    Context.CancellableContext begun = HandlerContext.of(remaining());
    boolean isOver;
    synchronized (this) {
      calls = begun;
      isOver = cancelled || phase == Phase.ENDED;
    }
    if (isOver) {
      begun.cancel(null);
    }
    return begun;
  }

  /** What still runs of them is cancelled. */
  void endCalls() {
    Context.CancellableContext begun;
    synchronized (this) {
      begun = calls;
      calls = null;
    }
    if (begun != null) {
      begun.cancel(null);
    }
  }

  void endTrace(CommandResult result) {
    trace.end(result.getKindCase().name(), result.hasCompleted());
  }

  /** Whether the caller ended it before it started. */
  synchronized boolean endBeforeStart() {
    return phase == Phase.QUEUED && end();
  }

  /** Whether the caller is the one who ended it. */
  synchronized boolean end() {
    if (phase == Phase.ENDED) {
      return false;
    }
    phase = Phase.ENDED;
    payload = Any.getDefaultInstance();
    onCancel = List.of();
    return true;
  }

  void cancel(String why) {
    List<Runnable> actions;
    Context.CancellableContext begun;
    synchronized (this) {
      if (cancelled || phase == Phase.ENDED) {
        return;
      }
      whyCancelled = why;
      cancelled = true;
      actions = onCancel;
      onCancel = List.of();
      begun = calls;
    }
    if (begun != null) {
      begun.cancel(new CancellationException(why));
    }
    actions.forEach(this::runSoon);
  }

  @Override
  public void onCancel(Runnable action) {
    Objects.requireNonNull(action);
    synchronized (this) {
      if (phase == Phase.ENDED) {
        return;
      }
      if (!cancelled) {
        if (onCancel.isEmpty()) {
          onCancel = new ArrayList<>(1);
        }
        onCancel.add(action);
        return;
      }
    }
    runSoon(action);
  }

  private void runSoon(Runnable action) {
    runner.runBeside(
        () -> {
          try {
            action.run();
          } catch (RuntimeException e) {
            log.warn("What was to run when command {} is cancelled failed", id, e);
          }
        });
  }

  @Override
  public void progress(int percent, String message) {
    runner.progress(this, Progress.of(percent, message));
  }

  @Override
  public void progress(int percent, String message, Message details) {
    Any any = details instanceof Any packed ? packed : Any.pack(details);
    runner.progress(this, new Progress(percent, message, any));
  }

  @Override
  public String commandId() {
    return id;
  }

  @Override
  public Instant deadline() {
    return deadline;
  }

  @Override
  public Duration remaining() {
    Duration left = Duration.between(runner.now(), deadline);
    return left.isNegative() ? Duration.ZERO : left;
  }

  @Override
  public Map<String, String> headers() {
    return headers;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  boolean hasEnded() {
    return phase == Phase.ENDED;
  }

  boolean isExpiredAt(Instant now) {
    return !now.isBefore(deadline);
  }

  String whyCancelled() {
    return whyCancelled;
  }

  synchronized Any payload() {
    return payload;
  }

  String typeUrl() {
    return typeUrl;
  }
}
