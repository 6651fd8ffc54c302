@NullMarked
package org.streamingcommands.client;

import org.jspecify.annotations.NullMarked;
