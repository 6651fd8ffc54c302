package org.streamingcommands.command;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.function.Function;

/**
 * How a command ended. Every send has exactly one.
 *
 * @param <R> the type of the client's answer
 */
public sealed interface Outcome<R> {

  /** The client ran the command and answers. */
  record Completed<R>(R result) implements Outcome<R> {}

  /**
   * The client could not do what was asked, and says so.
   *
   * @param code a word that code can test, chosen by the client's application
   * @param message one line for a person
   * @param details whatever the two ends agreed on; the default instance when there is none
   */
  record Failed<R>(String code, String message, Any details) implements Outcome<R> {
    public Failed(String code, String message) {
      this(code, message, Any.getDefaultInstance());
    }
  }

  /** The command was cancelled before it left, or the client says that it stopped it. */
  record Cancelled<R>(String message) implements Outcome<R> {}

  /**
   * No outcome came from the client.
   *
   * @param reason why
   * @param certainty what may be concluded about the client
   * @param message one line for a person
   */
  record Undelivered<R>(Reason reason, Certainty certainty, String message) implements Outcome<R> {
    /**
     * The one decision about trying again: true when nothing ran and time may heal the reason. A
     * send that was {@link Certainty#SENT_UNCONFIRMED} may be repeated under the <em>same</em>
     * command id, which runs at most once.
     */
    public boolean isSafeToRetry() {
      return certainty == Certainty.NOT_SENT && reason.isTransient();
    }
  }

  static <R> Outcome<R> notSent(Reason reason, String message) {
    return new Undelivered<>(reason, Certainty.NOT_SENT, message);
  }

  default boolean isCompleted() {
    return this instanceof Completed<R>;
  }

  /**
   * The client's answer.
   *
   * @throws CommandException for every other outcome
   */
  default R orElseThrow() {
    if (this instanceof Completed<R> completed) {
      return completed.result();
    }
    throw new CommandException(this);
  }

  /** The same outcome with the answer of a completed one mapped. */
  @SuppressWarnings("unchecked")
  default <S> Outcome<S> map(Function<? super R, ? extends S> mapper) {
    if (this instanceof Completed<R> completed) {
      return new Completed<>(mapper.apply(completed.result()));
    }
    // The other kinds hold no R.
    return (Outcome<S>) this;
  }

  /**
   * The same outcome with its answer unpacked. An answer of another type is {@link Failed} with
   * code {@link #UNEXPECTED_RESULT_TYPE}: the client did run the command. No answer at all is an
   * {@link Empty}; asked for {@link Any}, every answer is given as it is.
   */
  static <R extends Message> Outcome<R> unpack(Outcome<Any> outcome, Class<R> type) {
    if (!(outcome instanceof Completed<Any> completed)) {
      return outcome.map(any -> type.cast(null));
    }
    if (type == Any.class) {
      return outcome.map(type::cast);
    }
    if (type == Empty.class && completed.result().getTypeUrl().isEmpty()) {
      return new Completed<>(type.cast(Empty.getDefaultInstance()));
    }
    try {
      return new Completed<>(completed.result().unpack(type));
    } catch (InvalidProtocolBufferException e) {
      return new Failed<>(
          UNEXPECTED_RESULT_TYPE,
          "the client answered '%s', not a %s"
              .formatted(completed.result().getTypeUrl(), type.getSimpleName()),
          completed.result());
    }
  }

  /** The code of a {@link Failed} whose command was completed with another type of answer. */
  String UNEXPECTED_RESULT_TYPE = "UNEXPECTED_RESULT_TYPE";
}
