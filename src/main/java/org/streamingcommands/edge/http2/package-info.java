/**
 * A gRPC server for many connections with a stream each: HTTP/2 by Netty's codec, calls by
 * grpc-java's public api ({@link io.grpc.ServerCall}), and between the two only what a message
 * needs. Any grpc-java service can be served; interceptors apply as ever.
 */
@NullMarked
package org.streamingcommands.edge.http2;

import org.jspecify.annotations.NullMarked;
