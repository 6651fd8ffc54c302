/** The command line: one file a subcommand, errors in a line, exit codes that a script can test. */
@NullMarked
package org.streamingcommands.cli;

import org.jspecify.annotations.NullMarked;
