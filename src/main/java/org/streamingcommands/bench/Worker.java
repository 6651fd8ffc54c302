package org.streamingcommands.bench;

/** What a process of the bench does with the orders that it gets, one at a time. */
@FunctionalInterface
interface Worker {
  Line work(Line order) throws Exception;
}
