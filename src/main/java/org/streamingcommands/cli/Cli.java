package org.streamingcommands.cli;

import java.io.PrintWriter;
import org.streamingcommands.cli.demo.DemoBotsCommand;
import org.streamingcommands.cli.demo.DemoCommand;
import org.streamingcommands.cli.demo.DemoSenderCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root of the command line. */
@Command(
    name = "streaming-commands",
    description = "Reliable, typed commands to any connected client of a fleet.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    subcommands = {
      ServeCommand.class,
      AgentCommand.class,
      SendCommand.class,
      BroadcastCommand.class,
      CancelCommand.class,
      ClientsCommand.class,
      WatchCommand.class,
      KickCommand.class,
      DrainCommand.class,
      DemoCommand.class,
      DemoBotsCommand.class,
      DemoSenderCommand.class,
      BenchCommand.class,
      HerdCommand.class,
    })
public final class Cli {
  private boolean verbose;

  private Cli() {}

  @Option(
      names = "--verbose",
      description = "Log what happens, and show stack traces.",
      scope = ScopeType.INHERIT)
  private void verbose(boolean on) {
    verbose = on;
    if (on) {
      Logging.level("DEBUG");
    }
  }

  /** Runs one command line and answers its exit code. Errors are one line on standard error. */
  public static int run(String... args) {
    return run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args);
  }

  static int run(PrintWriter out, PrintWriter err, String... args) {
    Cli cli = new Cli();
    return new CommandLine(cli)
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(java.time.Duration.class, Durations::parse)
        .setExecutionStrategy(Cli::execute)
        .setParameterExceptionHandler(Cli::usageError)
        .setExecutionExceptionHandler((e, command, parsed) -> cli.failure(e, command))
        .execute(args);
  }

  private static int execute(ParseResult parsed) {
    boolean bare = !parsed.hasSubcommand() && parsed.expandedArgs().isEmpty();
    if (bare) {
      CommandLine root = parsed.commandSpec().commandLine();
      root.usage(root.getErr());
      return ExitCode.USAGE;
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int usageError(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("streaming-commands: " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, err);
    err.printf("Try '%s --help'.%n", command.getCommandSpec().qualifiedName());
    return ExitCode.USAGE;
  }

  private int failure(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    err.println("streaming-commands: " + Problems.describe(e));
    if (verbose) {
      e.printStackTrace(err);
    } else if (!(e instanceof CliException)) {
      err.println("Add --verbose for the stack trace.");
    }
    return ExitCode.FAILURE;
  }
}
