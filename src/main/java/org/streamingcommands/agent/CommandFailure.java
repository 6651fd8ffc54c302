package org.streamingcommands.agent;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Thrown by a handler that could not do what was asked, with a code that the sender can test. */
public final class CommandFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final transient @Nullable Any details;

  /**
   * @param code a word that code can test, chosen by the application, such as "NO_SUCH_BOT"
   * @param message one line for a person
   */
  public CommandFailure(String code, String message) {
    this(code, message, Any.getDefaultInstance());
  }

  /**
   * @param details whatever the two ends agreed on
   */
  public CommandFailure(String code, String message, Message details) {
    // An expected answer: nobody reads its stack trace.
    super(message, null, false, false);
    this.code = Objects.requireNonNull(code);
    this.details = details instanceof Any any ? any : Any.pack(details);
  }

  public String code() {
    return code;
  }

  /** The default instance when there are none. */
  public Any details() {
    return details == null ? Any.getDefaultInstance() : details;
  }
}
