package org.streamingcommands.edge;

import org.streamingcommands.edge.http2.OutboundMessage;

/** A frame to a client, as bytes of a {@code ServerFrame}. */
sealed interface OutboundFrame extends OutboundMessage
    permits CommandFrame, CommandBatchFrame, PingFrame, GeneratedFrame {}
