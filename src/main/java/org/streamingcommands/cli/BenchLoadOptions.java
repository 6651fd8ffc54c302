package org.streamingcommands.cli;

import java.util.ArrayList;
import java.util.List;
import org.streamingcommands.bench.Loads;
import picocli.CommandLine.Option;

/** How many of what the bench has. */
final class BenchLoadOptions {
  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "Clients that are asked; ${DEFAULT-VALUE} unless set.",
      defaultValue = "300")
  private int clients;

  @Option(
      names = "--payload",
      paramLabel = "BYTES",
      description = "The size of a command; ${DEFAULT-VALUE} unless set.",
      defaultValue = "100")
  private int payload;

  @Option(
      names = "--open-rate",
      paramLabel = "N",
      description = "Asks a second in the open loop; ${DEFAULT-VALUE} unless set.",
      defaultValue = "5000")
  private int openRate;

  @Option(
      names = "--crowd",
      paramLabel = "N",
      description = "Clients beside the stalled one; ${DEFAULT-VALUE} unless set.",
      defaultValue = "1000")
  private int crowd;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Asks a second to that crowd; ${DEFAULT-VALUE} unless set.",
      defaultValue = "2000")
  private int crowdRate;

  @Option(
      names = "--storm",
      paramLabel = "N",
      description = "Clients that come in at once; ${DEFAULT-VALUE} unless set.",
      defaultValue = "2000")
  private int storm;

  @Option(
      names = "--growth",
      paramLabel = "N",
      split = ",",
      description =
          "Connected clients while the time of an ask is taken, and of a broadcast the last;"
              + " ${DEFAULT-VALUE} unless set.",
      defaultValue = "100,1000,10000")
  private List<Integer> growth = new ArrayList<>();

  @Option(
      names = "--idle",
      paramLabel = "N",
      split = ",",
      description = "Connected clients that only ping; ${DEFAULT-VALUE} unless set.",
      defaultValue = "1000,10000,50000")
  private List<Integer> idle = new ArrayList<>();

  /**
   * @throws IllegalArgumentException naming the option that is out of range
   */
  Loads read() {
    return new Loads(clients, payload, openRate, crowd, crowdRate, storm, growth, idle);
  }
}
