package org.streamingcommands.security;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.streamingcommands.command.CertificateName;
import org.streamingcommands.command.ClientKey;

/** Reads the names that a certificate goes by. */
final class CertificateNames {
  private CertificateNames() {}

  /** Whether the rule lets the certificate's owner be this client. */
  static boolean have(X509Certificate certificate, CertificateName rule, ClientKey client) {
    String wanted = rule.of(client);
    return switch (rule.kind()) {
      case CN -> commonName(certificate).equals(wanted);
      case DNS -> alternativeNames(certificate, 2).contains(wanted);
      case URI -> alternativeNames(certificate, 6).contains(wanted);
    };
  }

  /** All that it may be called by. */
  static List<String> of(X509Certificate certificate) {
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
