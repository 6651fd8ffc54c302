package org.streamingcommands.cli;

/** For whom results are printed. */
enum Output {
  /** For a person. */
  TEXT,
  /** For a program: one JSON object a line. */
  JSON
}
