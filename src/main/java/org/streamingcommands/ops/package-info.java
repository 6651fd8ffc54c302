/** What an operator sees of a node: its dashboard, its figures, its traces and its audit log. */
@NullMarked
package org.streamingcommands.ops;

import org.jspecify.annotations.NullMarked;
