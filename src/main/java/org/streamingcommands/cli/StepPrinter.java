package org.streamingcommands.cli;

import com.google.protobuf.Any;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import org.streamingcommands.client.CommandStep;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ExecuteCommandResponse;

/** Prints what becomes of one send, each step with the time since it began. */
final class StepPrinter implements Consumer<CommandStep<Any>> {
  private final PrintWriter out;
  private final Output output;
  private final MessageTypes types;
  private final String commandId;
  private final long started = System.nanoTime();
  private volatile String state = "not yet accepted";

  StepPrinter(PrintWriter out, Output output, MessageTypes types, String commandId) {
    this.out = out;
    this.output = output;
    this.types = types;
    this.commandId = commandId;
  }

  /** How far the command is, in a word. */
  String state() {
    return state;
  }

  @Override
  public void accept(CommandStep<Any> step) {
    if (step instanceof CommandStep.Reached<Any> reached) {
      state = reached.receipt().name().toLowerCase(Locale.ROOT);
      text(state, "");
      json(answer().setReceipt(Wire.receipt(reached.receipt())));
    } else if (step instanceof CommandStep.Progressed<Any> progressed) {
      Progress progress = progressed.progress();
      state = progress.percent() + " %";
      text(state, Plain.text(progress.message() + " " + types.show(progress.payload())).strip());
      json(answer().setProgress(Wire.progress(readable(progress))));
    } else if (step instanceof CommandStep.Ended<Any> ended) {
      Outcome<Any> outcome = ended.outcome();
      Any result =
          outcome instanceof Outcome.Completed<Any> completed
              ? completed.result()
              : Any.getDefaultInstance();
      String word = "%-12s".formatted(OutcomeText.kind(outcome));
      text(Colours.of(outcome, word), Plain.text(types.show(result)));
      json(answer().setOutcome(Wire.outcome(types.readable(outcome))));
    }
  }

  private Progress readable(Progress progress) {
    return new Progress(progress.percent(), progress.message(), types.readable(progress.payload()));
  }

  private ExecuteCommandResponse.Builder answer() {
    return ExecuteCommandResponse.newBuilder().setCommandId(commandId);
  }

  private void text(String word, String detail) {
    if (output == Output.TEXT) {
      String time = "+" + Durations.show(System.nanoTime() - started);
      out.println("%-12s %10s  %s".formatted(word, time, detail).stripTrailing());
    }
  }

  private void json(ExecuteCommandResponse.Builder answer) {
    if (output == Output.JSON) {
      out.println(types.jsonLine(answer.build()));
    }
  }
}
