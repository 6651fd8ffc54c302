package org.streamingcommands.node;

import java.util.regex.Pattern;
import org.apache.pekko.event.Logging;
import org.apache.pekko.event.slf4j.Slf4jLogger;
import org.apache.pekko.japi.pf.PFBuilder;
import scala.PartialFunction;
import scala.runtime.BoxedUnit;

/**
 * Pekko's words for SLF4J, as {@code pekko.loggers} in {@code node.conf} says. Pekko HTTP tells
 * some of what a stranger does to its own connection as an error, one of them with a stack trace,
 * so that anybody who can connect could fill the log. That, and nothing else, is told at DEBUG.
 */
public final class NodeLogger extends Slf4jLogger {
  /** How a stage's failure is told that nobody caught. */
  private static final String CUT_OFF =
      "Error in stage [org.apache.pekko.http.impl.engine.http2.framing.Http2FrameParsing$$anon$1-ByteStringParser]:"
          + " truncated data in ByteStringParser";

  /**
   * How a connection's end is told. In this order: it was cut within a frame; there were more
   * resets, pings or continuations than anybody needs; a reset or a goaway had a code that HTTP/2
   * does not know.
   */
  private static final Pattern BROKEN_OFF =
      Pattern.compile(
          "HTTP2 connection failed with error \\[("
              + "truncated data in ByteStringParser"
              + "|Maximum throttle throughput exceeded\\."
              + "|Index -?\\d+ out of bounds for length \\d+"
              + ")]\\. Sending INTERNAL_ERROR and closing connection\\.");

  @Override
  public PartialFunction<Object, BoxedUnit> receive() {
    PartialFunction<Object, BoxedUnit> all = super.receive();
    return new PFBuilder<Object, BoxedUnit>()
        .match(
            Logging.Error.class,
            NodeLogger::isStrangers,
            error ->
                all.apply(new Logging.Debug(error.logSource(), error.logClass(), error.message())))
        .build()
        .orElse(all);
  }

  private static boolean isStrangers(Logging.Error error) {
    return error.message() instanceof String said
        && (said.equals(CUT_OFF) || BROKEN_OFF.matcher(said).matches());
  }
}
