package org.streamingcommands.cli;

import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.concurrent.Callable;
import org.streamingcommands.grpc.v1.ClientInfo;
import org.streamingcommands.grpc.v1.SnapshotEnd;
import org.streamingcommands.grpc.v1.WatchClientsRequest;
import org.streamingcommands.grpc.v1.WatchClientsResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells who comes and goes, until it is interrupted. */
@Command(name = "watch", description = "Tell who is connected, and then who comes and goes.")
final class WatchCommand implements Callable<Integer> {
  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ApiOption api = new ApiOption();

  @Option(names = "--service", description = "Only of this service.")
  private String service = "";

  @Option(
      names = "--selector",
      description = "Only those with such labels: 'zone in (eu,us),!canary'.")
  private String selector = "";

  @Option(names = "--snapshot", description = "End once those who are connected have been told.")
  private boolean snapshotOnly;

  @Mixin private OutputOption output = new OutputOption();

  @Override
  public Integer call() {
    Logging.start("WARN");
    PrintWriter out = spec.commandLine().getOut();
    WatchClientsRequest request =
        WatchClientsRequest.newBuilder().setService(service).setSelector(selector).build();
    return ApiCall.make(
        api.settings(),
        stub -> {
          Iterator<WatchClientsResponse> events = stub.watchClients(request);
          while (events.hasNext()) {
            WatchClientsResponse event = events.next();
            print(out, event);
            if (snapshotOnly && event.hasSnapshotEnd()) {
              return ExitCode.OK;
            }
          }
          return ExitCode.OK;
        });
  }

  private void print(PrintWriter out, WatchClientsResponse event) {
    if (output.isJson()) {
      out.println(MessageTypes.builtIn().jsonLine(event));
      return;
    }
    LocalTime now = LocalTime.now().truncatedTo(ChronoUnit.SECONDS);
    switch (event.getEventCase()) {
      case CONNECTED -> out.println(line(now, "connected", event.getConnected()));
      case DISCONNECTED -> out.println(line(now, "disconnected", event.getDisconnected()));
      case REPLACED -> out.println(line(now, "replaced", event.getReplaced()));
      case SNAPSHOT_END -> printEnd(out, now, event.getSnapshotEnd());
      case EVENT_NOT_SET -> {}
    }
  }

  private static void printEnd(PrintWriter out, LocalTime now, SnapshotEnd end) {
    out.println("%s  %d connected".formatted(now, end.getClients()));
    for (String node : end.getSilentNodesList()) {
      out.println("%s  %s did not say yet whom it knows".formatted(now, node));
    }
  }

  private static String line(LocalTime now, String what, ClientInfo client) {
    return "%s  %-12s  %s/%s  %s"
        .formatted(
            now,
            what,
            client.getService(),
            Plain.text(client.getClientId()),
            Plain.text(ClientsCommand.labels(client.getLabelsMap())))
        .stripTrailing();
  }
}
