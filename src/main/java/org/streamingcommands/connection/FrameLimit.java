package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;

/**
 * What one message between nodes may weigh. Pekko drops a larger one with a line in its log and
 * nothing else, so that it is never handed one: commands are refused, answers are replaced by word
 * of their size.
 *
 * @param payloadBytes the largest payload, beside which everything else of a message has room
 */
record FrameLimit(int payloadBytes) {
  private static final String KEY = "pekko.remote.artery.advanced.maximum-frame-size";

  /** For what is around a payload: ids, headers, references, envelopes. */
  private static final int AROUND = 64 * 1024;

  /** The same for one of several results: its id, its code and its message. */
  private static final int AROUND_RESULT = 512;

  static FrameLimit from(Config config) {
    long frame = config.getBytes(KEY);
    return new FrameLimit((int) Math.min(Integer.MAX_VALUE, Math.max(frame - AROUND, frame / 2)));
  }

  boolean fits(Command command) {
    return command.size() <= payloadBytes;
  }

  String tooLarge(int size) {
    return "%d bytes are more than nodes carry to one another, %d; see %s"
        .formatted(size, payloadBytes, KEY);
  }

  Progress fit(Progress progress) {
    return progress.payload().getSerializedSize() <= payloadBytes
        ? progress
        : Progress.of(progress.percent(), progress.message());
  }

  /** The same outcome, or word that the client ran the command and that its answer is too large. */
  Outcome<Any> fit(Outcome<Any> outcome) {
    int size = payloadOf(outcome).getSerializedSize();
    return size <= payloadBytes
        ? outcome
        : new Outcome.Undelivered<>(
            Reason.TOO_LARGE,
            Certainty.RECEIVED_NOT_FINISHED,
            "the client answered, but " + tooLarge(size));
  }

  ClientView fit(ClientView view) {
    return new ClientView(
        view.connection(),
        view.pending(),
        view.ended().stream()
            .map(
                ended ->
                    new ClientView.Ended(
                        ended.commandId(), ended.typeUrl(), fit(ended.outcome()), ended.at()))
            .toList());
  }

  /** The first of the results, as many as one message holds. */
  List<Hello.Result> fit(Collection<Hello.Result> results) {
    List<Hello.Result> fitting = new ArrayList<>();
    long room = payloadBytes;
    for (Hello.Result result : results) {
      Outcome<Any> outcome = fit(result.outcome());
      room -= payloadOf(outcome).getSerializedSize() + AROUND_RESULT;
      if (room < 0) {
        break;
      }
      fitting.add(new Hello.Result(result.commandId(), outcome));
    }
    return fitting;
  }

  /**
   * The same introduction, or with fewer results: its client, asked again for the rest, answers
   * again.
   */
  Hello fit(Hello hello) {
    List<Hello.Result> fitting = fit(hello.unconfirmed());
    return fitting.equals(hello.unconfirmed())
        ? hello
        : new Hello(
            hello.client(),
            hello.instanceId(),
            hello.labels(),
            hello.clientVersion(),
            hello.lastEpoch(),
            hello.running(),
            fitting);
  }

  private static Any payloadOf(Outcome<Any> outcome) {
    if (outcome instanceof Outcome.Completed<Any> completed) {
      return completed.result();
    }
    return outcome instanceof Outcome.Failed<Any> failed
        ? failed.details()
        : Any.getDefaultInstance();
  }
}
