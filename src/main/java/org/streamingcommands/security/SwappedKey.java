package org.streamingcommands.security;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** A server's one certificate, which may be another one at the next handshake. */
final class SwappedKey extends X509ExtendedKeyManager {
  private static final String ALIAS = "own";

  private record Identity(X509Certificate[] chain, PrivateKey key) {}

  private volatile Identity identity = new Identity(new X509Certificate[0], null);

  /**
   * @return whether it is another one
   */
  boolean set(X509Certificate[] chain, PrivateKey key) {
    boolean isNew = !Arrays.equals(chain, identity.chain());
    identity = new Identity(chain, key);
    return isNew;
  }

  private @Nullable String alias(String keyType) {
    String own = identity.key().getAlgorithm();
    // TLS 1.2 has names for the key and its signature together.
    return keyType.equals(own) || keyType.equals(own + "_" + own) ? ALIAS : null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(keyType);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return alias(keyType) == null ? null : new String[] {ALIAS};
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return identity.chain().clone();
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return identity.key();
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
