/** Which services exist, on this node and in the cluster. Stands on the Pekko receptionist. */
@NullMarked
package org.streamingcommands.registry;

import org.jspecify.annotations.NullMarked;
