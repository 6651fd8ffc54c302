/** Threads for actors that mostly talk to each other. */
@NullMarked
package org.streamingcommands.dispatch;

import org.jspecify.annotations.NullMarked;
