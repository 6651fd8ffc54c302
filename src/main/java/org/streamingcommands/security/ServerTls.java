package org.streamingcommands.security;

import com.typesafe.config.Config;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ScheduledFuture;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.credentials.PemFiles;

/**
 * A listener's certificate, and the authorities of its callers' certificates, from PEM files that
 * may change: the next handshake uses what they hold then. Files that make no sense, or do not fit
 * each other, are logged and change nothing.
 */
public final class ServerTls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServerTls.class);

  private static final byte[] PROBE = {1};

  private final Path certificate;
  private final Path key;
  private final @Nullable Path authorities;
  private final boolean required;
  private final SwappedKey keyManager = new SwappedKey();
  private final @Nullable AdvancedTlsX509TrustManager trustManager;
  private final ScheduledFuture<?> reloading;
  private X509Certificate[] trusted = {};

  private ServerTls(
      Path certificate,
      Path key,
      @Nullable Path authorities,
      boolean required,
      Duration reloadInterval) {
    this.certificate = certificate;
    this.key = key;
    this.authorities = authorities;
    this.required = required;
    this.trustManager = authorities == null ? null : newTrustManager();
    reload();
    this.reloading = Reloader.every(reloadInterval, this::reload);
  }

  /**
   * @param tls the section {@code tls} of a listener
   * @param required whether a caller has to show a certificate, where there are authorities for it
   * @return null where no certificate is configured
   * @throws IllegalArgumentException naming the key or the file that is wrong
   */
  static @Nullable ServerTls from(Config tls, boolean required, Duration reloadInterval) {
    String certificate = tls.getString("certificate");
    String key = tls.getString("key");
    String authorities = tls.getString("client-ca");
    if (certificate.isEmpty() != key.isEmpty()) {
      throw new IllegalArgumentException("tls.certificate and tls.key need each other");
    }
    if (certificate.isEmpty()) {
      if (!authorities.isEmpty()) {
        throw new IllegalArgumentException("tls.client-ca needs tls.certificate and tls.key");
      }
      return null;
    }
    return new ServerTls(
        Path.of(certificate),
        Path.of(key),
        authorities.isEmpty() ? null : Path.of(authorities),
        required,
        reloadInterval);
  }

  public X509ExtendedKeyManager keyManager() {
    return keyManager;
  }

  /** Judges callers' certificates; null where none are asked for. */
  public @Nullable X509ExtendedTrustManager trustManager() {
    return trustManager == null ? null : new SwappedTrust(trustManager);
  }

  /** Whether nobody gets in without a certificate. */
  public boolean isCertificateRequired() {
    return trustManager != null && required;
  }

  /** Reads the files now. */
  synchronized void reload() {
    X509Certificate[] chain = PemFiles.certificates(certificate);
    PrivateKey privateKey = PemFiles.key(key);
    if (!fit(chain[0].getPublicKey(), privateKey)) {
      throw new IllegalArgumentException("%s is not the key of %s".formatted(key, certificate));
    }
    if (keyManager.set(chain, privateKey)) {
      log.info("{} is in use, valid until {}", certificate, chain[0].getNotAfter().toInstant());
    }
    if (authorities != null && trustManager != null) {
      X509Certificate[] found = PemFiles.certificates(authorities);
      if (!Arrays.equals(found, trusted)) {
        trust(trustManager, found);
        trusted = found;
      }
    }
  }

  private static AdvancedTlsX509TrustManager newTrustManager() {
    try {
      return AdvancedTlsX509TrustManager.newBuilder()
          .setVerification(AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void trust(AdvancedTlsX509TrustManager manager, X509Certificate[] authorities) {
    try {
      manager.updateTrustCredentials(authorities);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("tls.client-ca: " + e.getMessage(), e);
    }
  }

  /** Whether what the one signs the other verifies: files are seldom renewed at one stroke. */
  private static boolean fit(PublicKey open, PrivateKey secret) {
    try {
      String algorithm =
          switch (secret.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> secret.getAlgorithm();
          };
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(secret);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(open);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @Override
  public void close() {
    reloading.cancel(false);
  }
}
