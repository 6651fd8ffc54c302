package org.streamingcommands.grpc.http;

import io.grpc.Status;

/** What arrived is no gRPC message that this call takes. Has no stack trace: it is the peer's. */
public final class FrameViolation extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Status status;

  /**
   * @param status what the call ends with
   */
  public FrameViolation(Status status) {
    super(status.getDescription(), null, false, false);
    this.status = status;
  }

  static FrameViolation invalid(String message) {
    return new FrameViolation(Status.INVALID_ARGUMENT.withDescription(message));
  }

  static FrameViolation tooLarge(int limit) {
    return new FrameViolation(
        Status.RESOURCE_EXHAUSTED.withDescription(
            "the message is larger than %d bytes".formatted(limit)));
  }

  /** What the call ends with. */
  public Status status() {
    return status;
  }
}
