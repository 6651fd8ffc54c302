package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.streamingcommands.agent.CommandContext;
import org.streamingcommands.agent.CommandFailure;
import org.streamingcommands.agent.CommandHandler;
import org.streamingcommands.testkit.HistoryEvent.Ending;

/**
 * Runs a command of the run as its payload says ("what millis padding"), records that it did, and
 * gives an answer that no other execution gives.
 */
final class ChaosHandler implements CommandHandler<Any, Message> {
  /** What a command may ask for. */
  enum What {
    ANSWER,
    PAUSE,
    REPORT,
    FAIL,
    OBEY
  }

  private static final AtomicLong EXECUTIONS = new AtomicLong();
  private static final long NAP_NANOS = Duration.ofMillis(5).toNanos();

  private final History history;
  private final String client;
  private final String process;

  ChaosHandler(History history, String client, String process) {
    this.history = history;
    this.client = client;
    this.process = process;
  }

  static Any payload(What what, int millis, int padding) {
    return Any.pack(StringValue.of(what + " " + millis + " " + "x".repeat(padding)));
  }

  @Override
  public Message handle(Any payload, CommandContext context) throws CommandFailure {
    String id = context.commandId();
    history.started(client, process, id, payload);
    String[] words = words(payload);
    int millis = Integer.parseInt(words[1]);
    switch (What.valueOf(words[0])) {
      case ANSWER -> {}
      case PAUSE -> pause(millis);
      case REPORT -> {
        for (int percent = 0; percent < 100; percent += 20) {
          context.progress(percent, "at it");
        }
      }
      case FAIL -> {
        history.gaveUp(client, process, id, Ending.FAILED);
        throw new CommandFailure("REFUSED", "as asked");
      }
      case OBEY -> obey(millis, context);
    }
    Any answer = Any.pack(StringValue.of(process + " " + id + " " + EXECUTIONS.incrementAndGet()));
    history.answered(client, process, id, answer);
    return answer;
  }

  private void obey(int millis, CommandContext context) {
    long until = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    while (System.nanoTime() - until < 0) {
      if (context.isCancelled()) {
        history.gaveUp(client, process, context.commandId(), Ending.STOPPED);
        throw new CancellationException("as asked");
      }
      LockSupport.parkNanos(NAP_NANOS);
    }
  }

  /** Deaf to cancels and deadlines: a client that is stuck. */
  private static void pause(int millis) {
    long until = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    for (long left = 1; left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static String[] words(Any payload) {
    try {
      return payload.unpack(StringValue.class).getValue().split(" ", 3);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
