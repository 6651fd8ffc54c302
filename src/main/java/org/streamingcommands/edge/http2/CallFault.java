package org.streamingcommands.edge.http2;

import io.grpc.Metadata;
import io.grpc.Status;

/** What is wrong with what a caller sent: the status that its call ends with. */
final class CallFault extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Status status;
  private final transient Metadata trailers;

  CallFault(Status status) {
    this(status, new Metadata());
  }

  /** Without a stack trace: a stranger can have as many as it likes. */
  CallFault(Status status, Metadata trailers) {
    super(status.getDescription(), null, false, false);
    this.status = status;
    this.trailers = trailers;
  }

  Status status() {
    return status;
  }

  Metadata trailers() {
    return trailers;
  }
}
