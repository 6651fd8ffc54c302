package org.streamingcommands.node;

import com.typesafe.config.Config;
import java.util.Locale;

/** Which OpenTelemetry a launched node reports to. */
enum TracingUse {
  NONE,
  GLOBAL;

  /**
   * @param config the section {@code streaming-commands.tracing}
   * @throws IllegalArgumentException for a value that is none
   */
  static TracingUse from(Config config) {
    String wish = config.getString("use");
    return switch (wish.toLowerCase(Locale.ROOT)) {
      case "none" -> NONE;
      case "global" -> GLOBAL;
      default ->
          throw new IllegalArgumentException(
              "tracing.use must be none or global, is '%s'".formatted(wish));
    };
  }
}
