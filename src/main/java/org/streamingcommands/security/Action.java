package org.streamingcommands.security;

/** What a principal may be permitted to do through the api. */
public enum Action {
  /** Send a command to one client, and cancel it. */
  SEND,
  /** Send one command to many clients. */
  BROADCAST,
  /** List and watch clients and services. */
  LIST,
  /** End a client's connection. */
  DISCONNECT,
  /** Take all clients off a node, and stop it; has to be granted for every service. */
  DRAIN
}
