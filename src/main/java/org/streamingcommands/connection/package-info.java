/** The engine: one entity per client, the live streams of this node, and the way between them. */
@NullMarked
package org.streamingcommands.connection;

import org.jspecify.annotations.NullMarked;
