package org.streamingcommands.edge;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.security.ServerTls;

/** TLS of the edge as Netty has it: BoringSSL where there is one, with HTTP/2 agreed on. */
final class EdgeTls {
  private EdgeTls() {}

  /** Null for connections in the clear. */
  static @Nullable SslContext context(@Nullable ServerTls tls) throws SSLException {
    if (tls == null) {
      return null;
    }
    SslContextBuilder context =
        GrpcSslContexts.configure(SslContextBuilder.forServer(tls.keyManager()));
    if (tls.trustManager() != null) {
      context
          .trustManager(tls.trustManager())
          .clientAuth(tls.isCertificateRequired() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
    }
    return context.build();
  }
}
