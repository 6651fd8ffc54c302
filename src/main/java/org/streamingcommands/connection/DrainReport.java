package org.streamingcommands.connection;

/**
 * What became of a node's clients when it took leave of them.
 *
 * @param clients how many were told to go elsewhere
 * @param interrupted how many of them had commands that had not ended; they resume elsewhere
 */
public record DrainReport(int clients, int interrupted) {}
