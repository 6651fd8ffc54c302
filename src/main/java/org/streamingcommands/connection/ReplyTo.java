package org.streamingcommands.connection;

/**
 * Where the answers to one send go: a ticket in the table of the node it came from, never a live
 * object.
 *
 * @param node the sender's node
 * @param ticket see {@link PendingSends}
 * @param steps whether receipts and progress are wanted, or the outcome only
 */
record ReplyTo(String node, long ticket, boolean steps) {}
