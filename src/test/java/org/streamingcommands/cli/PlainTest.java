package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.streamingcommands.client.CommandStep;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;

/** A client that wants to write to the terminal of whoever looks at it. */
class PlainTest {
  /** Clears the screen, sets the title, turns the direction, and goes back to the line's begin. */
  private static final String EVIL = "\033[2J\033]0;owned\007\u009b31m\u202eabc\rCOMPLETED";

  private final StringWriter out = new StringWriter();
  private final PrintWriter writer = new PrintWriter(out, true);

  @Test
  void textOfClientsCannotControlTheTerminal() {
    assertThat(Plain.text(EVIL))
        .isEqualTo("\\u001b[2J\\u001b]0;owned\\u0007\\u009b31m\\u202eabc\\u000dCOMPLETED");
    assertThat(Plain.text("größer, 日本, 🤖")).isEqualTo("größer, 日本, 🤖");
  }

  @Test
  void noStepOfASendPrintsWhatAClientSaysRaw() {
    StepPrinter printer = new StepPrinter(writer, Output.TEXT, MessageTypes.builtIn(), "c1");
    printer.accept(
        new CommandStep.Progressed<>(new Progress(50, EVIL, Any.pack(StringValue.of(EVIL)))));
    printer.accept(new CommandStep.Ended<>(new Outcome.Completed<>(evilAny())));
    printer.accept(new CommandStep.Ended<>(new Outcome.Failed<>(EVIL, EVIL, evilAny())));
    writer.println(OutcomeText.why(new Outcome.Failed<>(EVIL, EVIL, evilAny())));
    writer.println(OutcomeText.why(new Outcome.Cancelled<>(EVIL)));
    writer.println(
        OutcomeText.why(
            new Outcome.Undelivered<>(Reason.CONNECTION_LOST, Certainty.NOT_SENT, EVIL)));
    assertHarmless();
  }

  @Test
  void noLineOfABroadcastDoes() {
    FleetListener<Any> printer = new FleetPrinter(writer, Output.TEXT, MessageTypes.builtIn());
    printer.outcome(EVIL, new Outcome.Completed<>(evilAny()));
    printer.outcome(EVIL, new Outcome.Failed<>(EVIL, EVIL, evilAny()));
    assertHarmless();
  }

  @Test
  void noTableAndNoErrorDoes() {
    new TextTable("CLIENT").row(EVIL).lines().forEach(writer::println);
    writer.println(Problems.describe(new IllegalStateException(EVIL)));
    assertHarmless();
  }

  private static Any evilAny() {
    // A type that is not known here: its name is the client's too.
    return Any.newBuilder().setTypeUrl("t/" + EVIL).build();
  }

  private void assertHarmless() {
    assertThat(out.toString()).contains("\\u001b");
    out.toString()
        .codePoints()
        .filter(c -> c != '\n')
        .forEach(c -> assertThat(Character.isISOControl(c) || c == 0x202e).as("%x", c).isFalse());
  }
}
