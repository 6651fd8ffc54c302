package org.streamingcommands.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.grpc.v1.ClientInfo;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import org.streamingcommands.grpc.v1.GetNodeRequest;
import org.streamingcommands.grpc.v1.GetNodeResponse;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListClientsResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A node's figures and its busiest clients, again and again. */
@Command(
    name = "top",
    description = "Show a node's figures and its busiest clients, live. Ctrl-C ends it.")
final class TopCommand implements Callable<Integer> {
  private static final long TIMEOUT_SECONDS = 10;

  /** As many as the api lists at once. */
  private static final int PAGE = 1000;

  /** Most work first, then by name, so that quiet clients keep their places. */
  private static final Comparator<ClientInfo> BUSIEST =
      Comparator.<ClientInfo>comparingInt(client -> -client.getQueueDepth() - client.getInFlight())
          .thenComparing(ClientInfo::getService)
          .thenComparing(ClientInfo::getClientId);

  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ApiOption api = new ApiOption();
  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--service", description = "Only clients of this service.")
  private String service = "";

  @Option(
      names = "--selector",
      description = "Only clients with such labels: 'zone in (eu,us),!canary'.")
  private String selector = "";

  @Option(
      names = "--every",
      defaultValue = "1s",
      description = "How often (default: ${DEFAULT-VALUE}).")
  private Duration every = Duration.ofSeconds(1);

  @Option(
      names = "--rows",
      defaultValue = "20",
      description = "So many clients (default: ${DEFAULT-VALUE}).")
  private int rows = 20;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "End after so many; for ever unless given.")
  private long count = Long.MAX_VALUE;

  @Override
  public Integer call() {
    Logging.start("WARN");
    if (every.isNegative() || every.isZero()) {
      throw new ParameterException(spec.commandLine(), "--every: must be more than zero");
    }
    if (rows < 0) {
      throw new ParameterException(spec.commandLine(), "--rows: must not be negative");
    }
    return ApiCall.make(api.settings(), this::repeat);
  }

  private int repeat(CommandServiceBlockingStub stub) {
    PrintWriter out = spec.commandLine().getOut();
    TopScreen screen = new TopScreen(out, api.settings().address());
    for (long round = 0; round < count; round++) {
      if (round > 0 && !pause()) {
        break;
      }
      CommandServiceBlockingStub timed = stub.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      GetNodeResponse node = timed.getNode(GetNodeRequest.getDefaultInstance());
      List<ClientInfo> clients = busiest(timed);
      if (output.isJson()) {
        out.println(object(node, clients));
      } else {
        screen.show(node, clients);
      }
    }
    return ExitCode.OK;
  }

  /** The node's own fields, and the clients that a person would be shown. */
  private static JsonObject object(GetNodeResponse node, List<ClientInfo> clients) {
    MessageTypes types = MessageTypes.builtIn();
    JsonObject object = JsonParser.parseString(types.jsonLine(node)).getAsJsonObject();
    JsonArray rows = new JsonArray();
    clients.forEach(client -> rows.add(JsonParser.parseString(types.jsonLine(client))));
    object.add("clients", rows);
    return object;
  }

  private List<ClientInfo> busiest(CommandServiceBlockingStub stub) {
    ListClientsRequest.Builder request =
        ListClientsRequest.newBuilder().setService(service).setSelector(selector).setPageSize(PAGE);
    List<ClientInfo> busiest = List.of();
    do {
      ListClientsResponse listed = stub.listClients(request.build());
      List<ClientInfo> clients = new ArrayList<>(busiest);
      clients.addAll(listed.getClientsList());
      clients.sort(BUSIEST);
      // Of thousands, no more are kept than are shown.
      busiest = List.copyOf(clients.subList(0, Math.min(rows, clients.size())));
      request.setPageToken(listed.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return busiest;
  }

  private boolean pause() {
    try {
      Thread.sleep(every.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
