package org.streamingcommands.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server's certificate and key for one run, made by the JDK's keytool and gone with it. The
 * certificate is its own authority, for 127.0.0.1.
 *
 * @param folder where both are, as PEM
 */
record TlsFiles(Path folder) implements AutoCloseable {
  private static final String ALIAS = "bench";
  private static final String PASSWORD = "changeit";
  private static final long SECONDS = 30;
  private static final int LINE = 64;

  /**
   * @throws IOException where the JDK has no keytool, or cannot write
   */
  static TlsFiles make() throws IOException {
    TlsFiles files = new TlsFiles(Files.createTempDirectory("streaming-commands-bench"));
    Path store = files.folder.resolve("store.p12");
    try {
      generate(store);
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD.toCharArray());
      }
      write(files.certificate(), "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
      write(files.key(), "PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
      return files;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      files.close();
      throw new IOException("no certificate could be made: " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(store);
    }
  }

  private static void generate(Path store) throws IOException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + ALIAS,
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!keytool.waitFor(SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IOException("keytool failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      keytool.destroyForcibly();
    }
  }

  private static void write(Path file, String kind, byte[] bytes) throws IOException {
    Base64.Encoder lines = Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII));
    Files.writeString(
        file,
        "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
            .formatted(kind, lines.encodeToString(bytes)));
  }

  Path certificate() {
    return folder.resolve("certificate.pem");
  }

  Path key() {
    return folder.resolve("key.pem");
  }

  @Override
  public void close() throws IOException {
    for (Path file : List.of(certificate(), key(), folder)) {
      Files.deleteIfExists(file);
    }
  }
}
