package org.streamingcommands.command;

/**
 * How a wave went.
 *
 * @param number of the plan's wave, counted from 1; one that would have reached nobody is left out
 * @param clients how many were sent to
 * @param failed how many of them ended otherwise than completed
 * @param stopped whether these were too many, so that no wave follows
 */
public record WaveReport(int number, int clients, int failed, boolean stopped) {}
