package org.streamingcommands.credentials;

import io.grpc.util.CertificateUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * Reads certificates and keys in PEM. What it throws names the file and never shows its content.
 */
public final class PemFiles {
  private PemFiles() {}

  /**
   * A chain, the own certificate first, or a bundle of authorities.
   *
   * @throws IllegalArgumentException where there is none in the file, or no file
   */
  public static X509Certificate[] certificates(Path file) {
    try {
      X509Certificate[] found =
          CertificateUtils.getX509Certificates(new ByteArrayInputStream(Files.readAllBytes(file)));
      if (found.length == 0) {
        throw new IllegalArgumentException(file + ": has no certificate in PEM");
      }
      return found;
    } catch (IOException e) {
      throw unreadable(file);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(file + ": is no certificate in PEM");
    }
  }

  /**
   * A private key in PKCS #8: "BEGIN PRIVATE KEY".
   *
   * @throws IllegalArgumentException where there is none in the file, or no file
   */
  public static PrivateKey key(Path file) {
    try {
      return CertificateUtils.getPrivateKey(new ByteArrayInputStream(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw unreadable(file);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new IllegalArgumentException(
          file + ": is no private key in PKCS #8 PEM (openssl pkcs8 -topk8 -nocrypt makes one)");
    }
  }

  private static IllegalArgumentException unreadable(Path file) {
    return new IllegalArgumentException(file + ": cannot be read");
  }
}
