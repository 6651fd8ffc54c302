/** The sender's side: typed commands to one client by its id, from any process. */
@NullMarked
package org.streamingcommands.client;

import org.jspecify.annotations.NullMarked;
