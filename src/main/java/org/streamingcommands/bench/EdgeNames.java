package org.streamingcommands.bench;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A name for the edges of a cluster, as a name service would have it: every look-up gets those that
 * are there at that moment, in another order each time.
 */
final class EdgeNames extends NameResolverProvider {
  /** What clients dial. */
  static final String TARGET = "edges:///cluster";

  private volatile List<InetSocketAddress> edges = List.of();

  /** Makes the name known in this JVM. */
  static EdgeNames register() {
    EdgeNames names = new EdgeNames();
    NameResolverRegistry.getDefaultRegistry().register(names);
    return names;
  }

  private EdgeNames() {}

  /** From now on it stands for these, each host:port. */
  void set(List<String> hostPorts) {
    edges =
        hostPorts.stream()
            .map(hostPort -> URI.create("edge://" + hostPort))
            .map(uri -> new InetSocketAddress(uri.getHost(), uri.getPort()))
            .toList();
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }

  @Override
  public String getDefaultScheme() {
    return "edges";
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args arguments) {
    return new NameResolver() {
      @Override
      public String getServiceAuthority() {
        return "cluster";
      }

      @Override
      public void start(Listener2 listener) {
        List<EquivalentAddressGroup> shuffled = new ArrayList<>();
        edges.forEach(edge -> shuffled.add(new EquivalentAddressGroup(edge)));
        Collections.shuffle(shuffled);
        listener.onResult(ResolutionResult.newBuilder().setAddresses(shuffled).build());
      }

      @Override
      public void shutdown() {}
    };
  }
}
