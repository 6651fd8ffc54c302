/**
 * The api over real sockets: callers on generated stubs, and callers that send what no stub would.
 */
package org.streamingcommands.api;
