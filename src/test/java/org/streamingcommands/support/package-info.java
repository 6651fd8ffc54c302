/** What tests start: a real node in this JVM, a client whose every frame the test decides. */
package org.streamingcommands.support;
