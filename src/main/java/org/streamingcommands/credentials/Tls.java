package org.streamingcommands.credentials;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS as the one who dials sees it. The files are PEM and are read anew for every connection that
 * is made with {@link #channelCredentials}.
 *
 * @param authorities whom to trust; empty for those that the JVM trusts
 * @param certificate the own chain, for a server that asks for one
 * @param key its private key, in PKCS #8
 */
public record Tls(Optional<Path> authorities, Optional<Path> certificate, Optional<Path> key) {

  public Tls {
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException("tls: certificate and key need each other");
    }
  }

  /** Trusts whom the JVM trusts. */
  public static Tls ofSystem() {
    return new Tls(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Trusts these authorities. */
  public static Tls trusting(Path authorities) {
    return new Tls(Optional.of(authorities), Optional.empty(), Optional.empty());
  }

  /** The same, with a certificate of its own. */
  public Tls withIdentity(Path chain, Path privateKey) {
    return new Tls(authorities, Optional.of(chain), Optional.of(privateKey));
  }

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException naming the file that is wrong
   */
  public ChannelCredentials channelCredentials() {
    TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
    // Their own errors do not say which file is meant.
    authorities.ifPresent(PemFiles::certificates);
    certificate.ifPresent(PemFiles::certificates);
    key.ifPresent(PemFiles::key);
    try {
      if (authorities.isPresent()) {
        builder.trustManager(authorities.get().toFile());
      }
      if (certificate.isPresent() && key.isPresent()) {
        builder.keyManager(certificate.get().toFile(), key.get().toFile());
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("tls: a file cannot be read: " + e.getMessage(), e);
    }
    return builder.build();
  }
}
