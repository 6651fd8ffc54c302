package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/** Records what a flow answers, by ticket. */
final class Answers implements Replies {
  final Map<Long, List<Receipt>> receipts = new HashMap<>();
  final Map<Long, List<Progress>> progress = new HashMap<>();
  final Map<Long, List<Outcome<Any>>> outcomes = new HashMap<>();
  final Map<Long, List<CancelResult>> cancels = new HashMap<>();
  private long lastTicket;

  ReplyTo ticket() {
    return new ReplyTo("here", ++lastTicket, true);
  }

  /** Of another node, and waits for the outcome alone. */
  ReplyTo remoteTicket() {
    return new ReplyTo("there", ++lastTicket, false);
  }

  @Override
  public boolean isHere(ReplyTo to) {
    return to.node().equals("here");
  }

  @Override
  public void receipt(ReplyTo to, Receipt receipt) {
    receipts.computeIfAbsent(to.ticket(), any -> new ArrayList<>()).add(receipt);
  }

  @Override
  public void progress(ReplyTo to, Progress step) {
    progress.computeIfAbsent(to.ticket(), any -> new ArrayList<>()).add(step);
  }

  @Override
  public void outcome(ReplyTo to, Outcome<Any> outcome) {
    outcomes.computeIfAbsent(to.ticket(), any -> new ArrayList<>()).add(outcome);
  }

  @Override
  public void cancelResult(ReplyTo to, CancelResult result) {
    cancels.computeIfAbsent(to.ticket(), any -> new ArrayList<>()).add(result);
  }

  @Override
  public void disconnected(ReplyTo to, boolean wasConnected) {}

  @Override
  public void inspected(ReplyTo to, ClientView view) {}

  List<Receipt> receiptsOf(ReplyTo to) {
    return receipts.getOrDefault(to.ticket(), List.of());
  }

  boolean isOpen(ReplyTo to) {
    return !outcomes.containsKey(to.ticket());
  }

  /** The one outcome; fails where there is none or more. */
  Outcome<Any> outcomeOf(ReplyTo to) {
    List<Outcome<Any>> all = outcomes.getOrDefault(to.ticket(), List.of());
    if (all.size() != 1) {
      throw new AssertionError("expected one outcome, were " + all);
    }
    return all.get(0);
  }

  Reason reasonOf(ReplyTo to) {
    return undelivered(to).reason();
  }

  Certainty certaintyOf(ReplyTo to) {
    return undelivered(to).certainty();
  }

  private Outcome.Undelivered<Any> undelivered(ReplyTo to) {
    if (outcomeOf(to) instanceof Outcome.Undelivered<Any> undelivered) {
      return undelivered;
    }
    throw new AssertionError("expected undelivered, was " + outcomeOf(to));
  }

  CancelResult.Verdict verdictOf(ReplyTo to) {
    return cancels.get(to.ticket()).get(0).verdict();
  }
}
