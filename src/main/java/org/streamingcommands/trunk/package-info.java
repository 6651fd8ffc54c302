/**
 * Connections of their own between nodes, beside Pekko's remoting, for what every command between
 * them has: an actor's message there takes a row of stages and two wake-ups, each as long as all
 * that is done with it. Whoever says something writes it to the socket itself, and what comes is
 * worked on by the thread that read it. Membership, and whatever is not said to a node's gateway,
 * goes by remoting.
 */
@NullMarked
package org.streamingcommands.trunk;

import org.jspecify.annotations.NullMarked;
