package org.streamingcommands.connection;

/**
 * Marks what may cross nodes: {@code reference.conf} binds it to {@link ClusterSerializer}. A
 * message without the mark stays on its node.
 */
interface ClusterMessage {}
