/**
 * Faults on demand, for the tests of this project and of its users: a link that breaks in every way
 * a network can, a client that does only what a test says, a record of what happened with a check
 * of every promise, and a random run over all of them.
 */
@NullMarked
package org.streamingcommands.testkit;

import org.jspecify.annotations.NullMarked;
