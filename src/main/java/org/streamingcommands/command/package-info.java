/**
 * The words of the domain: a command, how far it got, how it ended; a client, and how it shows who
 * it is. Knows java and protobuf only.
 */
@NullMarked
package org.streamingcommands.command;

import org.jspecify.annotations.NullMarked;
