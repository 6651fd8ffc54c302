package org.streamingcommands.api;

import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.grpc.http.MessageBatch;
import org.streamingcommands.grpc.v1.WatchClientsResponse;

/**
 * The streamed answer of a WatchClients. The watch begins when the answer is first pulled, and ends
 * with the stream, at the call's deadline, or when the caller reads too slowly.
 */
final class WatchCall extends GraphStage<SourceShape<ChunkStreamPart>> {
  private final Outlet<ChunkStreamPart> out = Outlet.create("WatchCall.out");
  private final Connections connections;
  private final Format format;
  private final @Nullable String service;
  private final LabelSelector selector;
  private final int limit;
  private final @Nullable Duration timeout;

  /**
   * @param service only of this one; null for all
   * @param limit how many changes may wait for the caller
   * @param timeout the call's; null for none
   */
  WatchCall(
      Connections connections,
      Format format,
      @Nullable String service,
      LabelSelector selector,
      int limit,
      @Nullable Duration timeout) {
    this.connections = connections;
    this.format = format;
    this.service = service;
    this.selector = selector;
    this.limit = limit;
    this.timeout = timeout;
  }

  @Override
  public SourceShape<ChunkStreamPart> shape() {
    return SourceShape.of(out);
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic {
    private final MessageBatch batch = format.batch();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AsyncCallback<PresenceFeed> awake = createAsyncCallback(this::onAwake);
    private final PresenceFeed feed =
        new PresenceFeed(service, selector, limit) {
          @Override
          protected void wake() {
            if (woken.compareAndSet(false, true)) {
              awake.invoke(this);
            }
          }
        };
    private @Nullable Runnable unwatch;
    private @Nullable Status end;

    Logic() {
      super(shape());
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              if (unwatch == null) {
                unwatch = connections.watch(feed::snapshot, feed::change);
              }
              flush();
            }
          });
    }

    @Override
    public void preStart() {
      if (timeout != null) {
        scheduleOnce("deadline", timeout);
      }
    }

    @Override
    public void onTimer(Object key) {
      end = Status.DEADLINE_EXCEEDED.withDescription("the call's deadline passed");
      flush();
    }

    private void onAwake(PresenceFeed ready) {
      // Before the feed is read: what comes later wakes it again.
      woken.set(false);
      flush();
    }

    private void flush() {
      if (end == null && feed.isOverrun()) {
        end =
            Status.RESOURCE_EXHAUSTED.withDescription(
                "read too slowly: more than %d changes waited; watch again".formatted(limit));
        // The feed keeps nothing any more; nor need it be told.
        postStop();
      }
      if (!isAvailable(out)) {
        return;
      }
      if (end != null) {
        push(out, format.end(Ending.of(end)));
        completeStage();
        return;
      }
      while (!batch.isFull()) {
        WatchClientsResponse next = feed.poll();
        if (next == null) {
          break;
        }
        batch.add(next);
      }
      if (!batch.isEmpty()) {
        push(out, ChunkStreamPart.create(batch.take()));
      }
    }

    @Override
    public void postStop() {
      if (unwatch != null) {
        unwatch.run();
      }
    }
  }
}
