package org.streamingcommands.security;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.streamingcommands.command.ClientKey;

/**
 * The rule that binds a client's certificate to its id: with the client's service and id put in,
 * the template must be one of the certificate's names.
 */
final class CertificateName {
  private static final String SERVICE = "{service}";
  private static final String CLIENT = "{client}";

  private enum Kind {
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

  /** One for every service: it has to name the service too. */
  static CertificateName parse(String text) {
    CertificateName name = read(text);
    if (!name.isUnambiguous()) {
      throw new IllegalArgumentException(
          "'%s': must have {service} and {client}, and between them, beside {service}, a character that no service has, such as / or :"
              .formatted(text));
    }
    return name;
  }

  /** One for one service: it has to name the client only. */
  static CertificateName parseForService(String text) {
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

  boolean isIn(X509Certificate certificate, ClientKey client) {
    // A service holds no brace, so the second replacement finds the template's own only.
    String wanted = template.replace(SERVICE, client.service()).replace(CLIENT, client.clientId());
    return switch (kind) {
      case CN -> commonName(certificate).equals(wanted);
      case DNS -> alternativeNames(certificate, 2).contains(wanted);
      case URI -> alternativeNames(certificate, 6).contains(wanted);
    };
  }

  /** All that it may be called by. */
  static List<String> namesOf(X509Certificate certificate) {
    List<String> names = new ArrayList<>(alternativeNames(certificate, 2));
    names.addAll(alternativeNames(certificate, 6));
    String commonName = commonName(certificate);
    if (!commonName.isEmpty()) {
      names.add(commonName);
    }
    return names;
  }

  /** Empty where there is none, or more than one: which of them was meant nobody can know. */
  private static String commonName(X509Certificate certificate) {
    String found = "";
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          if (!found.isEmpty()) {
            return "";
          }
          found = part.getValue() instanceof String text ? text : "";
        }
      }
    } catch (InvalidNameException e) {
      return "";
    }
    return found;
  }

  private static List<String> alternativeNames(X509Certificate certificate, int type) {
    List<String> names = new ArrayList<>();
    try {
      var all = certificate.getSubjectAlternativeNames();
      if (all != null) {
        for (List<?> name : all) {
          if (name.get(0).equals(type) && name.get(1) instanceof String text) {
            names.add(text);
          }
        }
      }
    } catch (CertificateParsingException e) {
      return List.of();
    }
    return names;
  }
}
