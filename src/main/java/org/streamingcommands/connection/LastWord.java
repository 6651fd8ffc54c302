package org.streamingcommands.connection;

/** What a node ends a client's stream with: in order, or as an error. */
sealed interface LastWord permits Goodbye, Rejection {}
