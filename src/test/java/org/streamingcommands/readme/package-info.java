/** What documentation shows, as code that runs. */
package org.streamingcommands.readme;
