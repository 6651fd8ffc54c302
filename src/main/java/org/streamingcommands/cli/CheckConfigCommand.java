package org.streamingcommands.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.typesafe.config.Config;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.streamingcommands.node.ConfigCheck;
import org.streamingcommands.node.EffectiveConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says whether a node could start with a configuration, and what it would go by. */
@Command(
    name = "check-config",
    description = "Check a node's configuration, and print it whole, secrets masked.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:a node can start with it",
      "1:the program failed; or the file is no configuration",
      "2:the arguments are wrong",
      "3:something in it is wrong; each problem is a line that names its key"
    })
final class CheckConfigCommand implements Callable<Integer> {
  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(names = "--json", description = "Print one object: ok, problems, config.")
  private boolean json;

  @Override
  public Integer call() {
    Logging.start("ERROR");
    Config read = config.read();
    List<String> problems = ConfigCheck.problems(read);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(object(read, problems));
    } else {
      out.println(EffectiveConfig.render(read, false));
      problems.forEach(spec.commandLine().getErr()::println);
    }
    return problems.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private static JsonObject object(Config read, List<String> problems) {
    JsonArray lines = new JsonArray();
    problems.forEach(lines::add);
    JsonObject object = new JsonObject();
    object.addProperty("ok", problems.isEmpty());
    object.add("problems", lines);
    object.add("config", JsonParser.parseString(EffectiveConfig.render(read, true)));
    return object;
  }
}
