/**
 * Who may come in and what they may do: principals, the checks of what they show, permissions and
 * limits. Knows neither listener; both ask it.
 */
@NullMarked
package org.streamingcommands.security;

import org.jspecify.annotations.NullMarked;
