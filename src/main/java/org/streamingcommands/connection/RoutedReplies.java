package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.function.BooleanSupplier;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/** Answers the senders of this node by a call, and those of others through their gateway. */
final class RoutedReplies implements Replies {
  private final String node;
  private final Replies here;
  private final Gateways gateways;
  private final FrameLimit limit;
  private final BooleanSupplier isOut;

  /**
   * @param isOut whether this node is no member of its cluster any more
   */
  RoutedReplies(
      String node, Replies here, Gateways gateways, FrameLimit limit, BooleanSupplier isOut) {
    this.isOut = isOut;
    this.node = node;
    this.here = here;
    this.gateways = gateways;
    this.limit = limit;
  }

  @Override
  public void receipt(ReplyTo to, Receipt receipt) {
    if (isHere(to)) {
      here.receipt(to, receipt);
    } else {
      tell(to, new Gateway.ReceiptReached(to, receipt));
    }
  }

  @Override
  public void progress(ReplyTo to, Progress progress) {
    if (isHere(to)) {
      here.progress(to, progress);
    } else {
      tell(to, new Gateway.ProgressMade(to, limit.fit(progress)));
    }
  }

  @Override
  public void outcome(ReplyTo to, Outcome<Any> outcome) {
    if (isHere(to)) {
      here.outcome(to, outcome);
    } else if (!isShuttingDown(outcome) || !isOut.getAsBoolean()) {
      // Else it stops without a hand-over. Who waits on another node asks again for what another
      // entity can end, and would take this for the end.
      tell(to, new Gateway.Ended(to, limit.fit(outcome)));
    }
  }

  @Override
  public void cancelResult(ReplyTo to, CancelResult result) {
    if (isHere(to)) {
      here.cancelResult(to, result);
    } else {
      CancelResult fitting = new CancelResult(result.verdict(), result.outcome().map(limit::fit));
      tell(to, new Gateway.CancelAnswered(to, fitting));
    }
  }

  @Override
  public void disconnected(ReplyTo to, boolean wasConnected) {
    if (isHere(to)) {
      here.disconnected(to, wasConnected);
    } else {
      tell(to, new Gateway.DisconnectAnswered(to, wasConnected));
    }
  }

  @Override
  public void inspected(ReplyTo to, ClientView view) {
    if (isHere(to)) {
      here.inspected(to, view);
    } else {
      tell(to, new Gateway.Inspected(to, limit.fit(view)));
    }
  }

  @Override
  public boolean isHere(ReplyTo to) {
    return node.equals(to.node());
  }

  private static boolean isShuttingDown(Outcome<Any> outcome) {
    return outcome instanceof Outcome.Undelivered<Any> undelivered
        && undelivered.reason() == Reason.SHUTTING_DOWN;
  }

  private void tell(ReplyTo to, Gateway.Message message) {
    gateways.tell(to.node(), message);
  }
}
