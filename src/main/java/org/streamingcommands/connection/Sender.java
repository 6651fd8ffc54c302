package org.streamingcommands.connection;

/**
 * Who sends, for figures and for the audit log.
 *
 * @param mode from where
 * @param principal who, as the api knows them; empty where nobody asked
 */
public record Sender(Mode mode, String principal) {

  /** From where. */
  public enum Mode {
    /** This JVM. */
    LOCAL,
    /** A call of the api. */
    REMOTE
  }

  /** This JVM. */
  public static final Sender LOCAL = new Sender(Mode.LOCAL, "");

  /** A caller of the api who did not have to say who they are. */
  public static final Sender ANONYMOUS = new Sender(Mode.REMOTE, "");
}
