/** An application that starts, stops and configures bots over an rpc of its own. */
@NullMarked
package org.streamingcommands.examples.bots;

import org.jspecify.annotations.NullMarked;
