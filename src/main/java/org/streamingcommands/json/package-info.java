/** Protobuf messages as JSON, of types that are known by their descriptors alone. */
@NullMarked
package org.streamingcommands.json;

import org.jspecify.annotations.NullMarked;
