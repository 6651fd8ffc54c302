package org.streamingcommands.command;

import java.util.Locale;

/**
 * The rule that binds a client's certificate to its id: with the client's service and id put in,
 * the template must be one of the certificate's names. Immutable.
 */
public final class CertificateName {
  private static final String SERVICE = "{service}";
  private static final String CLIENT = "{client}";

  /** Which of a certificate's names is meant. */
  public enum Kind {
    CN,
    DNS,
    URI
  }

  private final Kind kind;
  private final String template;

  private CertificateName(Kind kind, String template) {
    this.kind = kind;
    this.template = template;
  }

  /**
   * One for every service: it has to name the service too.
   *
   * @throws IllegalArgumentException where two clients could share a certificate
   */
  public static CertificateName parse(String text) {
    CertificateName name = read(text);
    if (!name.isUnambiguous()) {
      throw new IllegalArgumentException(
          "'%s': must have {service} and {client}, and between them, beside {service}, a character that no service has, such as / or :"
              .formatted(text));
    }
    return name;
  }

  /**
   * One for one service: it has to name the client only.
   *
   * @throws IllegalArgumentException where it does not
   */
  public static CertificateName parseForService(String text) {
    CertificateName name = read(text);
    if (!name.template.contains(CLIENT)) {
      throw new IllegalArgumentException("'%s': must have {client}".formatted(text));
    }
    return name;
  }

  private static CertificateName read(String text) {
    int colon = text.indexOf(':');
    try {
      Kind kind = Kind.valueOf(text.substring(0, Math.max(0, colon)).toUpperCase(Locale.ROOT));
      return new CertificateName(kind, text.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s': must begin with CN:, DNS: or URI:".formatted(text), e);
    }
  }

  /** Otherwise "a" of "b.c" and "a.b" of "c" could share a certificate. */
  private boolean isUnambiguous() {
    int service = template.indexOf(SERVICE);
    int client = template.indexOf(CLIENT);
    if (service < 0 || client < 0) {
      return false;
    }
    int neighbour = service < client ? service + SERVICE.length() : service - 1;
    char c = template.charAt(neighbour);
    return c != '{' && c != '}' && !Character.isLetterOrDigit(c) && ".-_".indexOf(c) < 0;
  }

  public Kind kind() {
    return kind;
  }

  /** What a certificate of this client has as its name. */
  public String of(ClientKey client) {
    // A service holds no brace, so the second replacement finds the template's own only.
    return template.replace(SERVICE, client.service()).replace(CLIENT, client.clientId());
  }
}
