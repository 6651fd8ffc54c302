package org.streamingcommands.connection;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The way from an entity to a stream on another node. What was sent and not yet taken by the
 * transport over there is bounded by a window of commands and bytes; the other node returns room in
 * batches. Belongs to its entity's thread, but for {@link #lastHeard}.
 */
final class RemoteDownlink implements Downlink {
  /** Commands on their way or waiting for the transport of the other node. */
  static final int WINDOW = 64;

  /** And their bytes. Within it any one command fits, however large. */
  static final long WINDOW_BYTES = 1 << 20;

  /** Results that are confirmed in one message; the stream's periodic word flushes the rest. */
  private static final long CONFIRM_BATCH = 16;

  private final StreamRef stream;
  private final ActorRef<Gateway.Message> gateway;
  private final int largestCommand;
  private final Deque<Integer> sizes = new ArrayDeque<>();
  private long bytes;
  private long sequence;
  private long sequenceAtLastWord;
  private long taken;
  private long results;
  private long resultsConfirmed;
  private volatile long lastHeard = System.currentTimeMillis();

  RemoteDownlink(StreamRef stream, ActorRef<Gateway.Message> gateway, int largestCommand) {
    this.stream = stream;
    this.gateway = gateway;
    this.largestCommand = largestCommand;
  }

  @Override
  public void attached(ActorRef<ClientConnection.Message> entity, long epoch) {
    gateway.tell(new Gateway.Attached(stream, entity, epoch));
  }

  @Override
  public int deliver(Delivery delivery) {
    int size = delivery.command().size();
    sizes.add(size);
    bytes += size;
    resultsConfirmed = delivery.resultsConfirmed();
    gateway.tell(new Gateway.Deliver(stream, delivery, ++sequence));
    return room();
  }

  /**
   * The transport took the deliveries up to this one.
   *
   * @return how many more may be written now
   */
  int taken(long upTo) {
    lastHeard = System.currentTimeMillis();
    while (taken < upTo && !sizes.isEmpty()) {
      taken++;
      bytes -= sizes.remove();
    }
    return room();
  }

  /**
   * The stream's periodic word. Gives back the room of deliveries that were lost on their way,
   * which are those it should have had by its last word and has not.
   *
   * @param arrived the last delivery that reached it; -1 where some wait for the transport
   * @return how many more may be written now
   */
  int stillThere(long arrived, long heardMillis) {
    if (resultsConfirmed < results) {
      confirm();
    }
    if (arrived >= 0) {
      taken(Math.max(arrived, sequenceAtLastWord));
    }
    sequenceAtLastWord = sequence;
    lastHeard = heardMillis;
    return room();
  }

  private int room() {
    return bytes >= WINDOW_BYTES ? 0 : WINDOW - sizes.size();
  }

  @Override
  public int largestCommand() {
    return largestCommand;
  }

  @Override
  public void cancel(String commandId) {
    gateway.tell(new Gateway.CancelFrame(stream, commandId));
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
    gateway.tell(new Gateway.Confirmed(stream, results));
  }

  @Override
  public void goodbye(Goodbye goodbye) {
    gateway.tell(new Gateway.Farewell(stream, goodbye));
  }

  @Override
  public void reject(Rejection rejection) {
    gateway.tell(new Gateway.Reject(stream, rejection));
  }

  @Override
  public void introduceAgain(int inherited) {
    gateway.tell(new Gateway.IntroduceAgain(stream, inherited));
  }

  @Override
  public long lastHeard() {
    return lastHeard;
  }
}
