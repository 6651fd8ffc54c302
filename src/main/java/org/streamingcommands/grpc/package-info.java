/** Translates between the domain's words and the messages of {@code proto/streamingcommands/v1}. */
@NullMarked
package org.streamingcommands.grpc;

import org.jspecify.annotations.NullMarked;
