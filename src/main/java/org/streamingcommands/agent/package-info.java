/**
 * The client's side of the edge: dials in, runs commands, answers them. Plain grpc-java; needs no
 * actor system.
 */
@NullMarked
package org.streamingcommands.agent;

import org.jspecify.annotations.NullMarked;
