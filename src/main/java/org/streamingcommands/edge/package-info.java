/** The listener that clients dial: grpc-java's Netty server, one call per client. */
@NullMarked
package org.streamingcommands.edge;

import org.jspecify.annotations.NullMarked;
