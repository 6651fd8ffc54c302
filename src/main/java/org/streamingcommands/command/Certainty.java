package org.streamingcommands.command;

/** What a sender may conclude about the client when its command has no outcome. */
public enum Certainty {
  /** The command never left for the client: nothing ran, sending it again is safe. */
  NOT_SENT,
  /** It may have been written to the stream; the client may or may not have run it. */
  SENT_UNCONFIRMED,
  /** The client said that it has the command, and then nothing more; it may have run. */
  RECEIVED_NOT_FINISHED
}
