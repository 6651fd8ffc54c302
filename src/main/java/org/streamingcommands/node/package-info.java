/** A node: the engine, its services and its listeners, embedded or launched. */
@NullMarked
package org.streamingcommands.node;

import org.jspecify.annotations.NullMarked;
