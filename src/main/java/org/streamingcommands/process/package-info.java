/** Other JVMs of this program, started by one of it: for the demo, the bench and the test kit. */
@NullMarked
package org.streamingcommands.process;

import org.jspecify.annotations.NullMarked;
