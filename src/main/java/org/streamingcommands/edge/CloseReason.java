package org.streamingcommands.edge;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Remembers with which status the transport gave a call up. grpc-java tells a call only that it was
 * cancelled; a client whose frame was too large deserves to hear so.
 */
final class CloseReason extends ServerStreamTracer {
  static final ServerStreamTracer.Factory FACTORY =
      new ServerStreamTracer.Factory() {
        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
          return new CloseReason();
        }
      };

  private static final Context.Key<CloseReason> KEY =
      Context.key("streaming-commands-close-reason");

  private volatile @Nullable Status status;

  /** The one of the call that is being started on this thread. */
  static CloseReason ofCurrentCall() {
    return KEY.get();
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(KEY, this);
  }

  @Override
  public void streamClosed(Status closedWith) {
    status = closedWith;
  }

  /** The status, where the transport found a fault in what the client sent. */
  @Nullable Status fault() {
    Status closedWith = status;
    if (closedWith == null) {
      return null;
    }
    return switch (closedWith.getCode()) {
      case RESOURCE_EXHAUSTED, INTERNAL, UNIMPLEMENTED -> closedWith;
      default -> null;
    };
  }
}
