package org.streamingcommands.security;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CertificateName;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Proof;
import org.streamingcommands.command.ServiceAccess;

/**
 * What each service asks of those who dial in as its clients. Of each thing the configuration has
 * the first word, for who runs a service knows more than who wrote it; then the service's code;
 * then what holds for every service. Immutable.
 */
final class ServiceRules {
  private record Rule(@Nullable Set<Proof> proofs, @Nullable CertificateName name) {}

  private static final Rule NONE = new Rule(null, null);

  private final CertificateName everyService;
  private final Map<String, Rule> byService = new HashMap<>();

  /**
   * @param root the section {@code streaming-commands}
   * @param edge the ways in that the edge knows
   * @throws IllegalArgumentException naming the key that is wrong
   */
  ServiceRules(Config root, Set<Proof> edge) {
    everyService =
        named(
            "security.certificate-name",
            () -> CertificateName.parse(root.getString("security.certificate-name")));
    for (String service : root.getObject("services").keySet()) {
      String path = ConfigUtil.joinPath("services", service);
      byService.put(service, rule(path, root.getConfig(path), edge));
    }
  }

  private static Rule rule(String path, Config service, Set<Proof> edge) {
    Set<Proof> proofs = null;
    if (service.hasPath("auth")) {
      proofs = proofs(path + ".auth", service.getStringList("auth"));
      if (!edge.containsAll(proofs)) {
        throw new IllegalArgumentException(
            "streaming-commands.%s.auth: the edge knows only %s, see streaming-commands.edge.auth"
                .formatted(path, edge.isEmpty() ? "nobody" : edge));
      }
    }
    CertificateName name =
        service.hasPath("certificate-name")
            ? named(
                path + ".certificate-name",
                () -> CertificateName.parseForService(service.getString("certificate-name")))
            : null;
    return new Rule(proofs, name);
  }

  static Set<Proof> proofs(String path, List<String> names) {
    try {
      return Proof.named(names);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "streaming-commands.%s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * @param ofCode what the service's code says
   */
  boolean accepts(String service, ServiceAccess ofCode, @Nullable Proof proof) {
    Set<Proof> configured = byService.getOrDefault(service, NONE).proofs();
    Set<Proof> proofs = configured == null ? ofCode.proofs() : configured;
    return proofs == null || proofs.isEmpty() || proof != null && proofs.contains(proof);
  }

  /**
   * @param ofCode what the code of the client's service says
   */
  boolean isNameOf(X509Certificate certificate, ClientKey client, ServiceAccess ofCode) {
    CertificateName configured = byService.getOrDefault(client.service(), NONE).name();
    CertificateName own = configured == null ? ofCode.certificateName() : configured;
    return CertificateNames.have(certificate, own == null ? everyService : own, client);
  }

  private static CertificateName named(String path, Supplier<CertificateName> parse) {
    try {
      return parse.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "streaming-commands.%s: %s".formatted(path, e.getMessage()), e);
    }
  }
}
