package org.streamingcommands.edge;

import com.google.protobuf.Any;
import org.streamingcommands.command.Outcome;

/** What one command was completed with. */
record Completion(String commandId, Outcome<Any> outcome) {}
