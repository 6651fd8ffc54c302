package org.streamingcommands.support;

import com.google.protobuf.Any;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/** Records what a sender hears of one command. */
public final class Heard implements CommandListener {
  private final List<Receipt> receipts = new CopyOnWriteArrayList<>();
  private final List<Progress> progress = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Outcome<Any>> outcome = new CompletableFuture<>();
  private final CompletableFuture<Progress> firstProgress = new CompletableFuture<>();
  private final AtomicInteger outcomes = new AtomicInteger();
  private final CompletableFuture<Void> queued = new CompletableFuture<>();
  private final CompletableFuture<Void> sent = new CompletableFuture<>();
  private final CompletableFuture<Void> received = new CompletableFuture<>();

  @Override
  public void receipt(Receipt receipt) {
    receipts.add(receipt);
    switch (receipt) {
      case QUEUED -> queued.complete(null);
      case SENT -> sent.complete(null);
      case RECEIVED -> received.complete(null);
    }
  }

  @Override
  public void progress(Progress step) {
    progress.add(step);
    firstProgress.complete(step);
  }

  @Override
  public void outcome(Outcome<Any> ended) {
    outcomes.incrementAndGet();
    outcome.complete(ended);
  }

  /** Waits until the command got that far. */
  public Heard awaitReceipt(Receipt receipt) {
    TestNode.await(
        switch (receipt) {
          case QUEUED -> queued;
          case SENT -> sent;
          case RECEIVED -> received;
        });
    return this;
  }

  /** Waits until the entity has said anything of the command. */
  public Heard awaitQueuedOrEnd() {
    TestNode.await(CompletableFuture.anyOf(queued, outcome));
    return this;
  }

  public Progress awaitProgress() {
    return TestNode.await(firstProgress);
  }

  public Outcome<Any> awaitOutcome() {
    return TestNode.await(outcome);
  }

  public Outcome.Undelivered<Any> awaitUndelivered() {
    Outcome<Any> ended = awaitOutcome();
    if (ended instanceof Outcome.Undelivered<Any> undelivered) {
      return undelivered;
    }
    throw new AssertionError("expected undelivered, was " + ended);
  }

  public boolean hasEnded() {
    return outcome.isDone();
  }

  public int outcomes() {
    return outcomes.get();
  }

  public List<Receipt> receipts() {
    return List.copyOf(receipts);
  }

  public List<Progress> progress() {
    return List.copyOf(progress);
  }
}
