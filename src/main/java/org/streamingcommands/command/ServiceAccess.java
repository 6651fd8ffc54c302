package org.streamingcommands.command;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the code of a service asks of those who dial the edge as its clients.
 *
 * @param proofs by what they have to be known, some of what the edge asks for; null where the code
 *     says nothing of it
 * @param certificateName binds a client's certificate to its id; null where the code says nothing
 *     of it
 */
public record ServiceAccess(
    @Nullable Set<Proof> proofs, @Nullable CertificateName certificateName) {

  /** No more than the edge and the configuration ask for. */
  public static final ServiceAccess AS_CONFIGURED = new ServiceAccess(null, null);

  public ServiceAccess {
    proofs = proofs == null ? null : Set.copyOf(proofs);
    if (proofs != null && proofs.isEmpty()) {
      throw new IllegalArgumentException("auth: names no way in, so that nobody could come");
    }
  }
}
