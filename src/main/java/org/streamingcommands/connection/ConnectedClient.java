package org.streamingcommands.connection;

import java.time.Instant;
import java.util.Map;
import org.streamingcommands.command.ClientKey;

/**
 * A connected client, as it was a moment ago.
 *
 * @param client who
 * @param sessionId its connection
 * @param epoch its connection's epoch
 * @param labels what it said of itself
 * @param clientVersion what it said of its software
 * @param connectedSince when this connection began
 * @param lastSeen when its node last heard of it
 * @param queueDepth commands that wait to be written
 * @param inFlight commands that were written and have no outcome
 * @param node the node that holds its stream
 */
public record ConnectedClient(
    ClientKey client,
    String sessionId,
    long epoch,
    Map<String, String> labels,
    String clientVersion,
    Instant connectedSince,
    Instant lastSeen,
    int queueDepth,
    int inFlight,
    String node) {}
