/**
 * gRPC on Pekko HTTP, for calls that face strangers: frames with a size limit, statuses, and bidi
 * calls whose bad input ends nothing but themselves. Knows nothing of commands; a user's own
 * services may stand on it.
 */
@NullMarked
package org.streamingcommands.grpc.http;

import org.jspecify.annotations.NullMarked;
