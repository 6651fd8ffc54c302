package org.streamingcommands.agent;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.opentelemetry.context.Scope;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.Progress;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.CommandResult;

/**
 * Takes commands from a session, runs each id once, and hands what became of it to the session that
 * is current by then. A result is in the ledger before it is sent, so a cut loses none.
 */
final class CommandRunner {
  private static final Logger log = LoggerFactory.getLogger(CommandRunner.class);

  private final Handlers handlers;
  private final Ledger ledger;
  private final Timers timers;
  private final Executor beside;
  private final @Nullable InOrder queue;
  private final int maxQueued;
  private final Supplier<@Nullable Session> current;
  private final Deadlines deadlines;
  private final CompletableFuture<Void> idle = new CompletableFuture<>();
  private volatile boolean stopping;

  /**
   * @param concurrency how many handlers run at once, or 0 to run them on the caller's thread
   */
  CommandRunner(
      Handlers handlers,
      Ledger ledger,
      Timers timers,
      Executor executor,
      int concurrency,
      int maxQueued,
      Supplier<@Nullable Session> current) {
    this.handlers = handlers;
    this.ledger = ledger;
    this.timers = timers;
    this.beside = concurrency == 0 ? executor : SharedThreads.handlers();
    this.queue = concurrency == 0 ? null : new InOrder(executor, concurrency);
    this.maxQueued = maxQueued;
    this.current = current;
    this.deadlines = new Deadlines(timers, this::expire);
  }

  /** A command came in. On the network thread. */
  void arrived(CommandDelivery delivery, Session session) {
    var command = new RunningCommand(delivery, this);
    Known known = ledger.admit(command);
    if (known instanceof RunningCommand running) {
      session.receipt(running);
    } else if (known instanceof FinishedCommand finished) {
      session.repeat(finished);
    } else if (stopping) {
      end(command, FailureCode.CLOSING, "the agent is closing");
    } else if (queue == null) {
      deadlines.watch(command.deadline());
      run(command);
      session.receipt(command);
    } else if (queue.waiting() >= maxQueued) {
      end(command, FailureCode.OVERLOADED, maxQueued + " commands wait for a handler");
    } else {
      enqueue(command, session, queue);
    }
  }

  private void enqueue(RunningCommand command, Session session, InOrder commands) {
    deadlines.watch(command.deadline());
    // First of all, so that it goes before the result.
    session.receipt(command);
    try {
      commands.execute(() -> run(command));
    } catch (RejectedExecutionException e) {
      end(command, FailureCode.OVERLOADED, "the executor of the handlers takes no more");
    }
  }

  /** The sender no longer wants a command. On the network thread. */
  void cancel(String id, Session session) {
    Known known = ledger.known(id);
    if (known instanceof RunningCommand command) {
      cancel(command, "cancelled by the sender");
    } else if (known instanceof FinishedCommand finished && !finished.isHandedTo(session)) {
      session.repeat(finished);
    }
  }

  private void cancel(RunningCommand command, String why) {
    command.cancel(why);
    if (command.endBeforeStart()) {
      record(Results.cancelled(command.commandId(), why));
    }
  }

  private void run(RunningCommand command) {
    if (command.isExpiredAt(timers.now())) {
      expireBeforeStart(command);
    }
    // Taken before the start, since a cancel that comes between the two drops it.
    var payload = command.payload();
    if (!command.start()) {
      return;
    }
    Scope scope = command.beginTrace();
    Context calls = command.beginCalls();
    Context before = calls.attach();
    try {
      handlers
          .handle(payload, command)
          .whenComplete(
              (answer, error) -> {
                if (error == null) {
                  complete(command, answer);
                } else {
                  end(command, Results.of(command, error));
                }
              });
    } catch (InterruptedException e) {
      end(command, Results.of(command, e));
      if (!command.isCancelled()) {
        // Whoever interrupts a thread of the executor means the executor.
        Thread.currentThread().interrupt();
      }
    } catch (Throwable e) {
      end(command, Results.of(command, e));
    } finally {
      calls.detach(before);
      scope.close();
    }
  }

  private void complete(RunningCommand command, @Nullable Message answer) {
    CommandResult result;
    try {
      result = Results.completed(command.commandId(), answer);
    } catch (RuntimeException e) {
      result = Results.of(command, e);
    }
    end(command, result);
  }

  private Instant expire(Instant now) {
    Instant next = Instant.MAX;
    for (RunningCommand command : ledger.running()) {
      if (command.isExpiredAt(now)) {
        expireBeforeStart(command);
        command.cancel("its deadline passed");
      } else if (command.deadline().isBefore(next)) {
        next = command.deadline();
      }
    }
    return next;
  }

  private void expireBeforeStart(RunningCommand command) {
    if (command.endBeforeStart()) {
      record(
          Results.failed(
              command.commandId(),
              FailureCode.EXPIRED,
              "the deadline passed before a handler was free"));
    }
  }

  void progress(RunningCommand command, Progress progress) {
    Session session = current.get();
    if (session != null) {
      session.progress(command, progress);
    }
  }

  /** Runs something next to the handlers, not after them. */
  void runBeside(Runnable action) {
    try {
      beside.execute(action);
    } catch (RejectedExecutionException e) {
      log.warn("The executor of the handlers takes no more: what a cancel asks for did not run");
    }
  }

  Instant now() {
    return timers.now();
  }

  /** Takes no new commands and lets go of those that did not start. */
  void stop() {
    stopping = true;
    for (RunningCommand command : ledger.running()) {
      if (command.endBeforeStart()) {
        record(Results.failed(command.commandId(), FailureCode.CLOSING, "the agent is closing"));
      }
    }
    completeIfIdle();
  }

  /** Completes when, after a stop, the last handler ended. */
  CompletableFuture<Void> idle() {
    return idle;
  }

  /** Asks every handler that still runs to stop. */
  void cancelAll(String why) {
    ledger.running().forEach(command -> cancel(command, why));
    deadlines.stop();
  }

  private void end(RunningCommand command, String code, String message) {
    end(command, Results.failed(command.commandId(), code, message));
  }

  private void end(RunningCommand command, CommandResult result) {
    if (command.end()) {
      command.endCalls();
      command.endTrace(result);
      record(result);
    }
  }

  private void record(CommandResult result) {
    FinishedCommand finished = ledger.finish(result);
    Session session = current.get();
    if (session != null) {
      session.result(finished);
    }
    completeIfIdle();
  }

  private void completeIfIdle() {
    if (stopping && ledger.isIdle()) {
      idle.complete(null);
    }
  }
}
