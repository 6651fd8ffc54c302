/**
 * The words of the domain: a command, how far it got, how it ended. Knows java and protobuf only.
 */
@NullMarked
package org.streamingcommands.command;

import org.jspecify.annotations.NullMarked;
