package org.streamingcommands.connection;

import java.util.Set;

/**
 * A node of the cluster, as this one sees it.
 *
 * @param node its name, as listings have it
 * @param status how the cluster counts it, such as {@code Up}
 * @param reachable whether this node hears of it
 */
public record ClusterMember(String node, String status, boolean reachable, Set<String> roles) {}
