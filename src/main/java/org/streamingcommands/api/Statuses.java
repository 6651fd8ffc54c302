package org.streamingcommands.api;

import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.grpc.http.GrpcReply;

/**
 * The one table from what did not work to the status of a call: the code is the reason's, see
 * {@link org.streamingcommands.command.Reason#grpcCode()}, and the details carry an ErrorInfo for
 * code.
 */
final class Statuses {
  static final String DOMAIN = "streamingcommands.org";

  private static final Metadata.Key<com.google.rpc.Status> DETAILS =
      Metadata.Key.of(
          "grpc-status-details-bin",
          ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

  private Statuses() {}

  static Status status(Outcome.Undelivered<?> undelivered) {
    return Status.fromCodeValue(undelivered.reason().grpcCode())
        .withDescription(undelivered.message());
  }

  /**
   * @param commandId empty where the call is not about a command
   */
  static Metadata details(Outcome.Undelivered<?> undelivered, String commandId) {
    ErrorInfo.Builder info =
        ErrorInfo.newBuilder()
            .setReason(undelivered.reason().name())
            .setDomain(DOMAIN)
            .putMetadata("certainty", undelivered.certainty().name());
    if (!commandId.isEmpty()) {
      info.putMetadata("command_id", commandId);
    }
    Metadata trailers = new Metadata();
    trailers.put(
        DETAILS,
        com.google.rpc.Status.newBuilder()
            .setCode(undelivered.reason().grpcCode())
            .setMessage(undelivered.message())
            .addDetails(com.google.protobuf.Any.pack(info.build()))
            .build());
    return trailers;
  }

  static HttpResponse reply(Outcome.Undelivered<?> undelivered, String commandId) {
    return GrpcReply.status(status(undelivered), details(undelivered, commandId));
  }

  static HttpResponse reply(InvalidRequest invalid) {
    return reply(invalid.outcome(), "");
  }

  static StatusRuntimeException stopping() {
    return Status.UNAVAILABLE.withDescription("the node is stopping").asRuntimeException();
  }
}
