/** The listener that senders and operators call: gRPC on Pekko HTTP, in front of the engine. */
@NullMarked
package org.streamingcommands.api;

import org.jspecify.annotations.NullMarked;
