package org.streamingcommands.support;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.slf4j.LoggerFactory;

/**
 * Everything that is logged by anyone in this JVM at DEBUG or above, whole: messages, arguments,
 * errors and their causes. Until it is closed nothing of it is printed.
 */
public final class Overheard implements AutoCloseable {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final java.util.logging.Logger julRoot = java.util.logging.Logger.getLogger("");
  private final Level before = root.getLevel();
  private final java.util.logging.Level julBefore = julRoot.getLevel();
  private final JsonEncoder encoder = new JsonEncoder();
  private final List<ch.qos.logback.core.Appender<ILoggingEvent>> printers =
      new CopyOnWriteArrayList<>();

  private final AppenderBase<ILoggingEvent> ear =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(new String(encoder.encode(event), StandardCharsets.UTF_8));
        }
      };

  private final Handler julEar =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          StringBuilder line = new StringBuilder(String.valueOf(record.getMessage()));
          for (Object parameter :
              record.getParameters() == null ? new Object[0] : record.getParameters()) {
            line.append(' ').append(parameter);
          }
          for (Throwable e = record.getThrown(); e != null; e = e.getCause()) {
            line.append(' ').append(e);
          }
          lines.add(line.toString());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  public Overheard() {
    root.iteratorForAppenders().forEachRemaining(printers::add);
    printers.forEach(root::detachAppender);
    encoder.setContext(root.getLoggerContext());
    encoder.start();
    ear.setContext(root.getLoggerContext());
    ear.start();
    root.addAppender(ear);
    root.setLevel(Level.DEBUG);
    julEar.setLevel(java.util.logging.Level.ALL);
    julRoot.addHandler(julEar);
    julRoot.setLevel(java.util.logging.Level.FINE);
  }

  public List<String> lines() {
    return lines;
  }

  @Override
  public void close() {
    julRoot.removeHandler(julEar);
    julRoot.setLevel(julBefore);
    root.detachAppender(ear);
    root.setLevel(before);
    printers.forEach(root::addAppender);
  }
}
