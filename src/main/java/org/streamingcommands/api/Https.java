package org.streamingcommands.api;

import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.HttpsConnectionContext;
import org.streamingcommands.security.ServerTls;

/** TLS as Pekko HTTP wants it. */
final class Https {
  private Https() {}

  static HttpsConnectionContext of(ServerTls tls) {
    SSLContext context;
    try {
      context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {tls.keyManager()},
          tls.trustManager() == null ? null : new TrustManager[] {tls.trustManager()},
          null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no TLS", e);
    }
    return ConnectionContext.httpsServer(() -> engine(context, tls));
  }

  private static SSLEngine engine(SSLContext context, ServerTls tls) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    if (tls.isCertificateRequired()) {
      engine.setNeedClientAuth(true);
    } else if (tls.trustManager() != null) {
      engine.setWantClientAuth(true);
    }
    return new WatchedEngine(engine);
  }
}
