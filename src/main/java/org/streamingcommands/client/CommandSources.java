package org.streamingcommands.client;

import com.google.protobuf.Message;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Commands as Pekko streams. Apart from {@link StreamingCommandClient}, so that a process without
 * an ActorSystem loads nothing of Pekko Streams.
 */
public final class CommandSources {
  private CommandSources() {}

  /**
   * Sends the command each time the source is run, and emits its steps: receipts, progress, and
   * last {@link CommandStep.Ended}, after which it completes. It never fails for an outcome.
   *
   * <p>Where downstream is slow, the newest progress takes the place of the one that waits;
   * receipts and the outcome are never lost. Nothing more is buffered. Cancelling the stream stops
   * listening and leaves the command running; {@link StreamingCommandClient#cancel} stops it.
   */
  public static <C extends Message, R extends Message> Source<CommandStep<R>, NotUsed> execute(
      StreamingCommandClient<C> client, C command, Class<R> resultType, SendOptions options) {
    return Source.fromGraph(
        new StepSource<R>(steps -> client.execute(command, resultType, options, steps)));
  }
}
