/** A user's services: who their clients are, what they say, and a user's own bidi rpc. */
@NullMarked
package org.streamingcommands.service;

import org.jspecify.annotations.NullMarked;
