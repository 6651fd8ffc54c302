/** What a client or a sender shows of itself when it dials: TLS and tokens. Knows no Pekko. */
@NullMarked
package org.streamingcommands.credentials;

import org.jspecify.annotations.NullMarked;
