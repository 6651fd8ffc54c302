package org.streamingcommands.connection;

import java.util.List;
import java.util.Set;

/**
 * Who is connected, over all nodes.
 *
 * @param clients in the order of service and id
 * @param more whether there are more after the last
 * @param silent the nodes that did not answer in time; whom their entities know is missing
 */
public record ClusterListing(List<ConnectedClient> clients, boolean more, Set<String> silent) {}
