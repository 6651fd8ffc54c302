/** Frames without a socket. */
package org.streamingcommands.grpc.http;
