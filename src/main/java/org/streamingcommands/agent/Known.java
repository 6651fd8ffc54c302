package org.streamingcommands.agent;

/** A command that the agent has already. */
sealed interface Known permits RunningCommand, FinishedCommand {}
