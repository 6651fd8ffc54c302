/**
 * The bench: contenders in processes of their own, measured in turn in one run, against a floor
 * that promises nothing.
 */
@NullMarked
package org.streamingcommands.bench;

import org.jspecify.annotations.NullMarked;
