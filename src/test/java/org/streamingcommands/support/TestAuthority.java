package org.streamingcommands.support;

import io.grpc.ChannelCredentials;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.streamingcommands.credentials.Tls;

/** An authority of the tests' own, whose certificates are made when they run and live an hour. */
public final class TestAuthority {
  private static final AtomicLong SERIALS = new AtomicLong();

  private final Path directory;
  private final String name;
  private final KeyPair keys = newKeys("EC");
  private final X509Certificate certificate;

  /** Someone's certificate and key, as files. */
  public record Identity(Path chain, Path key) {}

  public TestAuthority(Path directory, String name) {
    this.directory = directory;
    this.name = name;
    this.certificate = sign("CN=" + name, keys, List.of(), true, Duration.ofHours(1));
    write("ca.pem", certificate);
  }

  /** Whom to trust. */
  public Path file() {
    return path("ca.pem");
  }

  /** Of a server on this machine. */
  public Identity server(String file) {
    return issue(
        file,
        "CN=server",
        "EC",
        List.of(
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
            new GeneralName(GeneralName.dNSName, "localhost")));
  }

  public Identity rsaServer(String file) {
    return issue(
        file, "CN=server", "RSA", List.of(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
  }

  /** Of a client, by its subject. */
  public Identity client(String file, String subject) {
    return issue(file, subject, "EC", List.of());
  }

  public Identity clientWithUri(String file, String uri) {
    return issue(
        file, "O=acme", "EC", List.of(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
  }

  /** What a client shows that trusts this authority. */
  public ChannelCredentials trustingChannel() {
    return Tls.trusting(file()).channelCredentials();
  }

  public ChannelCredentials channel(Identity identity) {
    return Tls.trusting(file()).withIdentity(identity.chain(), identity.key()).channelCredentials();
  }

  /** The keys of a listener's tls section, after its prefix. */
  public static String[] listener(String prefix, Identity server, Path clientCa) {
    List<String> keys = new ArrayList<>();
    keys.add("%s.tls.certificate = \"%s\"".formatted(prefix, server.chain()));
    keys.add("%s.tls.key = \"%s\"".formatted(prefix, server.key()));
    if (clientCa != null) {
      keys.add("%s.tls.client-ca = \"%s\"".formatted(prefix, clientCa));
    }
    return keys.toArray(String[]::new);
  }

  private Identity issue(
      String file, String subject, String algorithm, List<GeneralName> alternatives) {
    KeyPair own = newKeys(algorithm);
    write(file + ".pem", sign(subject, own, alternatives, false, Duration.ofHours(1)));
    write(file + ".key", new JcaPkcs8(own).content());
    return new Identity(path(file + ".pem"), path(file + ".key"));
  }

  private record JcaPkcs8(KeyPair keys) {
    Object content() {
      try {
        return new JcaPKCS8Generator(keys.getPrivate(), null);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private X509Certificate sign(
      String subject,
      KeyPair own,
      List<GeneralName> alternatives,
      boolean isAuthority,
      Duration life) {
    Instant now = Instant.now();
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              new X500Principal("CN=" + name),
              BigInteger.valueOf(SERIALS.incrementAndGet()),
              Date.from(now.minusSeconds(60)),
              Date.from(now.plus(life)),
              new X500Principal(subject),
              own.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
      if (!alternatives.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(alternatives.toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair newKeys(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(algorithm.equals("EC") ? 256 : 2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private Path path(String file) {
    return directory.resolve(name + "-" + file);
  }

  private void write(String file, Object content) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      Files.writeString(path(file), text.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The certificate that a listener on this machine shows at a handshake. */
  public static X509Certificate shownBy(int port) throws Exception {
    X509Certificate[] shown = new X509Certificate[1];
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        null,
        new TrustManager[] {
          new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {
              shown[0] = chain[0];
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
              return new X509Certificate[0];
            }
          }
        },
        null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
    } catch (IOException e) {
      // Without a certificate of our own it ends; we have seen the listener's by then.
    }
    return shown[0];
  }
}
