package org.streamingcommands.connection;

import com.google.protobuf.ByteString;

/**
 * What a node tells another one, which may have a {@link Trunk} to it.
 *
 * @param node who takes it in
 * @param host where it listens
 * @param key to be shown there; good for one trunk of the node that was told it
 */
public record TrunkOffer(String node, String host, int port, ByteString key) {}
