package org.streamingcommands.edge.http2;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * How a server listens and what it takes.
 *
 * @param backlog connections that the kernel keeps until they are accepted
 * @param maxMessageBytes the largest message of a caller, once it is decompressed
 * @param maxHeaderBytes the largest header list of a call (SETTINGS_MAX_HEADER_LIST_SIZE)
 * @param maxCalls under way on one connection (SETTINGS_MAX_CONCURRENT_STREAMS)
 * @param handshakeTimeout from the connection to TLS, and from there to the preface of HTTP/2
 * @param idleTimeout of a connection without a call
 * @param keepaliveTime of silence before a ping asks for a sign of life
 * @param keepaliveTimeout how long its answer may take
 * @param permitKeepaliveTime how often a caller may ping while it has a call
 * @param maxAge of a connection before it is asked to go, give or take a tenth; zero for none
 * @param maxAgeGrace how long its calls may take to end then
 */
public record ServerSettings(
    InetSocketAddress address,
    int backlog,
    int maxMessageBytes,
    int maxHeaderBytes,
    int maxCalls,
    Duration handshakeTimeout,
    Duration idleTimeout,
    Duration keepaliveTime,
    Duration keepaliveTimeout,
    Duration permitKeepaliveTime,
    Duration maxAge,
    Duration maxAgeGrace) {}
