package org.streamingcommands.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ClientInfo;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListClientsResponse;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists who is connected. */
@Command(name = "clients", description = "List connected clients.")
final class ClientsCommand implements Callable<Integer> {
  private static final int PAGE = 1000;
  private static final long PAGE_TIMEOUT_SECONDS = 10;

  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ApiOption api = new ApiOption();

  @Option(names = "--service", description = "Only of this service.")
  private String service = "";

  @Option(names = "--selector", description = "Only with these labels: zone=eu,!canary.")
  private String selector = "";

  @Mixin private OutputOption output = new OutputOption();

  private final Set<String> silent = new TreeSet<>();

  @Override
  public Integer call() {
    CommandLine command = spec.commandLine();
    List<ClientInfo> clients =
        ApiCall.make(command, api.settings(), "listing the clients", this::list);
    print(command.getOut(), clients);
    if (!silent.isEmpty()) {
      command.getErr().println("these nodes did not answer: " + String.join(", ", silent));
    }
    return ExitCode.OK;
  }

  private List<ClientInfo> list(CommandServiceGrpc.CommandServiceBlockingStub stub) {
    List<ClientInfo> clients = new ArrayList<>();
    String token = "";
    do {
      ListClientsResponse page =
          stub.withDeadlineAfter(PAGE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .listClients(
                  ListClientsRequest.newBuilder()
                      .setService(service)
                      .setSelector(selector)
                      .setPageSize(PAGE)
                      .setPageToken(token)
                      .build());
      clients.addAll(page.getClientsList());
      silent.addAll(page.getSilentNodesList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return clients;
  }

  private void print(PrintWriter out, List<ClientInfo> clients) {
    if (output.isJson()) {
      MessageTypes types = MessageTypes.builtIn();
      clients.forEach(client -> out.println(types.jsonLine(client)));
      return;
    }
    TextTable table =
        new TextTable("SERVICE", "CLIENT", "CONNECTED", "QUEUED", "IN FLIGHT", "NODE", "LABELS");
    clients.forEach(client -> table.row(cells(client)));
    table.lines().forEach(out::println);
    out.printf("%d %s%n", clients.size(), clients.size() == 1 ? "client" : "clients");
  }

  private static String[] cells(ClientInfo client) {
    Duration age = Duration.between(Wire.instant(client.getConnectedSince()), Instant.now());
    return new String[] {
      client.getService(),
      client.getClientId(),
      Durations.coarse(age),
      Integer.toString(client.getQueueDepth()),
      Integer.toString(client.getInFlight()),
      client.getNode(),
      labels(client.getLabelsMap())
    };
  }

  static String labels(Map<String, String> labels) {
    return new TreeMap<>(labels)
        .entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue())
            .collect(Collectors.joining(" "));
  }
}
