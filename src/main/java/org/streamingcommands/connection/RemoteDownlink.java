package org.streamingcommands.connection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The way from an entity to a stream on another node. What was sent and not yet taken by the
 * transport over there is bounded by a window of commands and bytes; the other node returns room in
 * batches. Whatever is lost between the nodes is sent again: a delivery has a number, and the
 * stream takes them in turn. Belongs to its entity's thread, but for {@link #lastHeard}.
 */
final class RemoteDownlink implements Downlink {
  /** Commands on their way or waiting for the transport of the other node. */
  static final int WINDOW = 64;

  /** And their bytes. Within it any one command fits, however large. */
  static final long WINDOW_BYTES = 1 << 20;

  /** Results that are confirmed in one message; the stream's periodic word flushes the rest. */
  private static final long CONFIRM_BATCH = 16;

  private final StreamRef stream;
  private final Consumer<Gateway.Message> gateway;
  private final int largestCommand;
  private final SharedPayloads shared;

  /** Not yet taken; the first is the one after {@link #taken}. */
  private final Deque<Gateway.Deliver> untaken = new ArrayDeque<>();

  private long bytes;
  private long sequence;
  private long sequenceAtLastWord;
  private long taken;
  private long results;
  private long resultsConfirmed;

  /** After how many results the others were asked for; -1 where there was no need. */
  private long resultsMissedAfter = -1;

  private boolean spoke = true;
  private volatile long lastHeard = System.currentTimeMillis();

  /**
   * @param gateway of the stream's node
   */
  RemoteDownlink(
      StreamRef stream,
      Consumer<Gateway.Message> gateway,
      int largestCommand,
      SharedPayloads shared) {
    this.stream = stream;
    this.gateway = gateway;
    this.largestCommand = largestCommand;
    this.shared = shared;
  }

  @Override
  public void attached(ActorRef<ClientConnection.Message> entity, long epoch) {
    gateway.accept(new Gateway.Attached(stream, entity, epoch, true));
  }

  @Override
  public int deliver(Delivery delivery, @Nullable ReplyTo answerTo) {
    Gateway.Deliver deliver = new Gateway.Deliver(stream, delivery, ++sequence, answerTo);
    untaken.add(deliver);
    bytes += delivery.command().size();
    resultsConfirmed = delivery.resultsConfirmed();
    long payloadId = shared.tell(delivery.command().payload(), stream.node(), gateway);
    gateway.accept(payloadId == SharedPayloads.NONE ? deliver : deliver.naming(payloadId));
    return room();
  }

  /**
   * The transport took the deliveries up to this one.
   *
   * @return how many more may be written now
   */
  int taken(long upTo) {
    lastHeard = System.currentTimeMillis();
    while (taken < upTo && !untaken.isEmpty()) {
      taken++;
      bytes -= untaken.remove().delivery().command().size();
    }
    return room();
  }

  /**
   * The stream's periodic word.
   *
   * @param arrived the last delivery that reached it; -1 where some wait for the transport
   * @return how many more may be written now
   */
  int stillThere(long arrived, long heardMillis) {
    if (resultsConfirmed < results) {
      confirm();
    }
    if (arrived >= 0) {
      taken(arrived);
    }
    // Asked for by now, and not told: that, too, may be lost.
    resultsMissedAfter = -1;
    spoke = true;
    lastHeard = heardMillis;
    return room();
  }

  /**
   * Sends once more what was lost on its way: what the stream should have had by its last word and
   * has not.
   *
   * @param arrived as in {@link #stillThere}, which comes first
   * @return the commands
   */
  List<String> resendLost(long arrived) {
    boolean isLost = arrived >= 0 && arrived < sequenceAtLastWord;
    sequenceAtLastWord = sequence;
    return isLost ? resend(arrived) : List.of();
  }

  /**
   * Sends once more everything after this one.
   *
   * @return the commands
   */
  List<String> resend(long arrived) {
    List<String> commandIds = new ArrayList<>();
    for (Gateway.Deliver deliver : untaken) {
      if (deliver.sequence() > arrived) {
        gateway.accept(deliver);
        commandIds.add(deliver.delivery().command().id());
      }
    }
    return commandIds;
  }

  /** The commands that the other node did not say to have taken. */
  Set<String> underway() {
    Set<String> commandIds = new HashSet<>();
    untaken.forEach(deliver -> commandIds.add(deliver.delivery().command().id()));
    return commandIds;
  }

  /** Whether the stream's periodic word came since this was asked. */
  boolean hasSpoken() {
    boolean has = spoke;
    spoke = false;
    return has;
  }

  @Override
  public void resultsMissed(long after) {
    // Once, and not for each of those that follow the lost one.
    if (resultsMissedAfter != after) {
      resultsMissedAfter = after;
      gateway.accept(new Gateway.ResultsMissed(stream, after));
    }
  }

  private int room() {
    return bytes >= WINDOW_BYTES ? 0 : WINDOW - untaken.size();
  }

  @Override
  public int largestCommand() {
    return largestCommand;
  }

  @Override
  public void cancel(String commandId) {
    gateway.accept(new Gateway.CancelFrame(stream, commandId));
  }

  @Override
  public void confirmed(long taken) {
    results = taken;
    if (results - resultsConfirmed >= CONFIRM_BATCH) {
      confirm();
    }
  }

  private void confirm() {
    resultsConfirmed = results;
    gateway.accept(new Gateway.Confirmed(stream, results));
  }

  @Override
  public void goodbye(Goodbye goodbye) {
    gateway.accept(new Gateway.Farewell(stream, goodbye));
  }

  @Override
  public void reject(Rejection rejection) {
    gateway.accept(new Gateway.Reject(stream, rejection));
  }

  @Override
  public void introduceAgain(int inherited) {
    gateway.accept(new Gateway.IntroduceAgain(stream, inherited));
  }

  @Override
  public long lastHeard() {
    return lastHeard;
  }
}
