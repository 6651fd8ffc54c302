package org.streamingcommands.connection;

import com.google.protobuf.Any;
import org.openjdk.jmh.infra.Blackhole;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/** Answers that nobody waits for, and that no compiler may leave out. */
record Discarded(Blackhole answers) implements Replies {
  @Override
  public boolean isHere(ReplyTo to) {
    return true;
  }

  @Override
  public void receipt(ReplyTo to, Receipt receipt) {
    answers.consume(receipt);
  }

  @Override
  public void progress(ReplyTo to, Progress progress) {
    answers.consume(progress);
  }

  @Override
  public void outcome(ReplyTo to, Outcome<Any> outcome) {
    answers.consume(outcome);
  }

  @Override
  public void cancelResult(ReplyTo to, CancelResult result) {
    answers.consume(result);
  }

  @Override
  public void disconnected(ReplyTo to, boolean wasConnected) {}

  @Override
  public void inspected(ReplyTo to, ClientView view) {}
}
