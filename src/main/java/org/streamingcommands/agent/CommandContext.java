package org.streamingcommands.agent;

import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What a handler knows of the command that it runs, besides its payload. Any thread may use it.
 *
 * <p>A handler runs in a gRPC context of its command: gRPC calls that it makes on its own thread
 * have the command's deadline, and are cancelled with it and when it ended. For calls on another
 * thread, or that shall outlive the command, see {@code io.grpc.Context.wrap} and {@code fork}.
 */
public interface CommandContext {

  /** Unique for this client; the same id never runs twice in one agent. */
  String commandId();

  /**
   * After this nobody waits for the result. By the sender's clock; {@link Instant#MAX} when it set
   * none. The context is cancelled at that time.
   */
  Instant deadline();

  /** How much time is left: zero when the deadline passed. */
  Duration remaining();

  /** What the sender attached, such as a trace context. */
  Map<String, String> headers();

  /**
   * Tells the sender how far the command is. Sent at most once: it is dropped while the agent is
   * not connected and after the command ended, and only the newest is kept while the network is
   * slow.
   *
   * @param percent 0 to 100
   * @param message one line for a person
   * @throws IllegalArgumentException where percent is anything else
   */
  void progress(int percent, String message);

  /** The same, with whatever the two ends agreed on. */
  void progress(int percent, String message, Message payload);

  /**
   * Whether the sender no longer wants the command, or its deadline passed, or the agent closes.
   */
  boolean isCancelled();

  /**
   * Runs {@code action} once the command is cancelled, at once where it is already, and not at all
   * once the command ended. It runs on a pooled thread, next to a handler that still runs; under
   * {@link AgentBuilder#onNetworkThread()} on the network or timer thread, where it must not block.
   * The thread of a running handler is never interrupted: a handler that can be, asks for it here.
   */
  void onCancel(Runnable action);
}
