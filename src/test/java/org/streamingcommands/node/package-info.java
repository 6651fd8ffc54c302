/** A whole node: both listeners, agents and senders around it. */
package org.streamingcommands.node;
