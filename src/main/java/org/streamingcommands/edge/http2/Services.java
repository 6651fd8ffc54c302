package org.streamingcommands.edge.http2;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be called, by path. */
final class Services {
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();

  Services(List<ServerServiceDefinition> services) {
    for (ServerServiceDefinition service : services) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        methods.put("/" + method.getMethodDescriptor().getFullMethodName(), method);
      }
    }
  }

  @Nullable ServerMethodDefinition<?, ?> find(String path) {
    return methods.get(path);
  }
}
