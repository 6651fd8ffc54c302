package org.streamingcommands.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.status.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.streamingcommands.support.TestNode;

class AuditLogTest {
  @TempDir private Path directory;

  @Test
  void aSendIsOneLineThatSaysWhoWhatWhomAndHowItEndedButNotWhatItSays() throws Exception {
    BlockingQueue<ILoggingEvent> lines = new LinkedBlockingQueue<>();
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            lines.add(event);
          }
        };
    Logger logger = (Logger) LoggerFactory.getLogger(AuditLog.LOGGER);
    logger.setLevel(Level.INFO);
    appender.start();
    logger.addAppender(appender);
    try (TestNode node = TestNode.start()) {
      Runnable unobserve = node.connections().observe(new AuditLog());
      node.send("nobody", TestNode.command("c-1", "a secret")).awaitUndelivered();
      unobserve.run();
      node.send("nobody", TestNode.command("c-2", "not observed")).awaitUndelivered();

      ILoggingEvent line = lines.poll(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(line).isNotNull();
      assertThat(line.getFormattedMessage())
          .isEqualTo(
              "- (local) sent google.protobuf.StringValue c-1 to bots/nobody:"
                  + " NOT_CONNECTED/NOT_SENT");
      JsonEncoder json = new JsonEncoder();
      json.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
      json.start();
      assertThat(new String(json.encode(line), StandardCharsets.UTF_8))
          .contains("\"client\":\"nobody\"", "\"outcome\":\"NOT_CONNECTED")
          .doesNotContain("a secret");
      assertThat(lines).isEmpty();
    } finally {
      logger.detachAppender(appender);
    }
  }

  @Test
  void everyChoiceOfLoggingIsReadWithoutAWarning() throws Exception {
    for (String format : List.of("text", "json")) {
      for (String to : List.of("console", "file")) {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.putProperty("LOG_FORMAT", format);
        context.putProperty("AUDIT_TO", to);
        context.putProperty("AUDIT_FILE", directory.resolve("audit.log").toString());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(AuditLogTest.class.getResource("/logback.xml"));

        assertThat(context.getStatusManager().getCopyOfStatusList())
            .as(format + " " + to)
            .allMatch(status -> status.getLevel() < Status.WARN);
        context.getLogger(AuditLog.LOGGER).info("a line");
        assertThat(context.getStatusManager().getCopyOfStatusList())
            .allMatch(status -> status.getLevel() < Status.WARN);
        context.stop();
      }
    }
    assertThat(Files.readString(directory.resolve("audit.log"))).contains("\"a line\"");
  }
}
