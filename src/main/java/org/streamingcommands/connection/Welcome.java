package org.streamingcommands.connection;

/**
 * The entity took the stream in.
 *
 * @param sessionId names the connection, for logs
 * @param epoch grows with every connection of the client
 */
public record Welcome(String sessionId, long epoch) {}
