package org.streamingcommands.service;

import io.grpc.Status;
import org.apache.pekko.grpc.GrpcServiceException;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.Rejection;

/** The gRPC status that a stream ends with. */
final class Statuses {
  private Statuses() {}

  static GrpcServiceException of(Rejection rejection) {
    return exception(
        Status.fromCodeValue(rejection.kind().grpcCode()).withDescription(rejection.message()));
  }

  /** For an rpc that has no message for a goodbye. UNAVAILABLE asks to come back. */
  static GrpcServiceException of(Goodbye goodbye) {
    Status status =
        switch (goodbye.cause()) {
          case REPLACED -> Status.ABORTED;
          case SILENT -> Status.DEADLINE_EXCEEDED;
          case EXPIRED -> Status.UNAUTHENTICATED;
          case DRAINING, OVERLOADED, DISCONNECTED -> Status.UNAVAILABLE;
        };
    return exception(
        status.withDescription("%s: %s".formatted(goodbye.cause(), goodbye.message())));
  }

  static GrpcServiceException exception(Status status) {
    return new GrpcServiceException(status);
  }
}
