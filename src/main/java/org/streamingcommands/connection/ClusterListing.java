package org.streamingcommands.connection;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.streamingcommands.command.ClientKey;

/**
 * Who is connected, over all nodes.
 *
 * @param clients in the order of service and id
 * @param more whether there are more after the last
 * @param silent the nodes that did not answer in time; whom their entities know is missing
 * @param entities the nodes that told of the clients, where those take one command for many
 */
public record ClusterListing(
    List<ConnectedClient> clients,
    boolean more,
    Set<String> silent,
    Map<ClientKey, String> entities) {}
