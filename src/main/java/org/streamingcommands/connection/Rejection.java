package org.streamingcommands.connection;

/**
 * Why a stream ends with an error.
 *
 * @param kind for the status
 * @param message one line that names the field
 */
public record Rejection(Kind kind, String message) implements LastWord {

  /** The kinds, each with its gRPC status code. */
  public enum Kind {
    /** What the client sent is wrong. INVALID_ARGUMENT. */
    INVALID(3),
    /** No hello came in time. DEADLINE_EXCEEDED. */
    NO_HELLO(4),
    /** No such service. NOT_FOUND. */
    UNKNOWN_SERVICE(5),
    /** The service rejects a second connection of one client id. ALREADY_EXISTS. */
    ALREADY_CONNECTED(6),
    /** The client may not be who it says it is. PERMISSION_DENIED. */
    NOT_PERMITTED(7),
    /** It showed nothing that is accepted. UNAUTHENTICATED. */
    NOT_AUTHENTICATED(16),
    /** It, or its service, has as many connections as it may. RESOURCE_EXHAUSTED. */
    TOO_MANY(8),
    /** A frame is larger than its principal may send. RESOURCE_EXHAUSTED. */
    TOO_LARGE(8),
    /** The node could not take the client in, in time. UNAVAILABLE. */
    UNAVAILABLE(14);

    private final int grpcCode;

    Kind(int grpcCode) {
      this.grpcCode = grpcCode;
    }

    public int grpcCode() {
      return grpcCode;
    }
  }
}
