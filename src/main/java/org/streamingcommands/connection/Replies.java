package org.streamingcommands.connection;

import com.google.protobuf.Any;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/** The way back from an entity to those who wait for a command. */
interface Replies {
  /** Whether who waits is on this node, where nothing is lost on its way. */
  boolean isHere(ReplyTo to);

  void receipt(ReplyTo to, Receipt receipt);

  void progress(ReplyTo to, Progress progress);

  void outcome(ReplyTo to, Outcome<Any> outcome);

  void cancelResult(ReplyTo to, CancelResult result);

  void disconnected(ReplyTo to, boolean wasConnected);

  void inspected(ReplyTo to, ClientView view);
}
