/**
 * The demo: a node, ten bots in a second JVM and a sender in a third, all on loopback, each of
 * which ends with the first.
 */
@NullMarked
package org.streamingcommands.cli.demo;

import org.jspecify.annotations.NullMarked;
