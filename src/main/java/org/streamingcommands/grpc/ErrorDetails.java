package org.streamingcommands.grpc;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.util.Map;

/** The details of an error as gRPC carries them: a google.rpc.Status with an ErrorInfo. */
public final class ErrorDetails {
  /** Whose reasons they are. */
  public static final String DOMAIN = "streamingcommands.org";

  private static final Metadata.Key<com.google.rpc.Status> KEY =
      Metadata.Key.of(
          "grpc-status-details-bin",
          ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

  private ErrorDetails() {}

  /**
   * @param status what the call ends with
   * @param reason a word that code can test
   * @param metadata what else code may want to know
   */
  public static Metadata of(Status status, String reason, Map<String, String> metadata) {
    ErrorInfo info =
        ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN).putAllMetadata(metadata).build();
    Metadata trailers = new Metadata();
    trailers.put(
        KEY,
        com.google.rpc.Status.newBuilder()
            .setCode(status.getCode().value())
            .setMessage(status.getDescription() == null ? "" : status.getDescription())
            .addDetails(Any.pack(info))
            .build());
    return trailers;
  }
}
