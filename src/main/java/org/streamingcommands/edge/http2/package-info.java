/** What a message is to the HTTP/2 below: an array and a place in it, on either way. */
@NullMarked
package org.streamingcommands.edge.http2;

import org.jspecify.annotations.NullMarked;
