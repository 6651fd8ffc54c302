/** The listener that clients dial: one call per client, on the server of {@code edge.http2}. */
@NullMarked
package org.streamingcommands.edge;

import org.jspecify.annotations.NullMarked;
