/** Spans of one command from its sender through the node to the client. */
@NullMarked
package org.streamingcommands.trace;

import org.jspecify.annotations.NullMarked;
