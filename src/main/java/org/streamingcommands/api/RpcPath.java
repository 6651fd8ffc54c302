package org.streamingcommands.api;

import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.scaladsl.model.Uri;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;

/**
 * The rpc of CommandService that a request's path names, out of the parts that the path has been
 * taken apart into already: as a string it would be put together again for each call.
 */
final class RpcPath {
  private RpcPath() {}

  /** What follows the service's name; null where that is not there. */
  static @Nullable String rpc(HttpRequest request) {
    Uri.Path path = ((org.apache.pekko.http.scaladsl.model.HttpRequest) request).uri().path();
    if (!path.startsWithSlash()) {
      return null;
    }
    Uri.Path service = path.tail();
    if (!service.startsWithSegment() || !service.head().equals(CommandServiceGrpc.SERVICE_NAME)) {
      return null;
    }
    Uri.Path rpc = service.tail();
    if (rpc.isEmpty()) {
      return null;
    }
    Uri.Path name = rpc.tail();
    // None has a slash in its name, and who asks for such a one is told so.
    return name.startsWithSegment() && name.tail().isEmpty()
        ? (String) name.head()
        : name.toString();
  }
}
