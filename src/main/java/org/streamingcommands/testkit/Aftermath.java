package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.connection.ConnectedClient;
import org.streamingcommands.testkit.ChaosHandler.What;
import org.streamingcommands.testkit.Violation.Promise;

/** When all is mended: every client is back, answers, and leaves nothing behind on the node. */
final class Aftermath {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ATTEMPTS = 3;

  private final ChaosTarget target;
  private final History history;
  private final List<Violation> violations;

  private Aftermath(ChaosTarget target, History history, List<Violation> violations) {
    this.target = target;
    this.history = history;
    this.violations = violations;
  }

  static void check(
      List<ChaosClient> clients, ChaosTarget target, History history, List<Violation> violations) {
    Aftermath aftermath = new Aftermath(target, history, violations);
    // A node that rejects a second process leaves it trying for ever.
    clients.forEach(ChaosClient::leaveOne);
    boolean settled =
        ChaosRun.until(
            PATIENCE,
            () ->
                clients.stream().allMatch(ChaosClient::isSettled)
                    && target.connected().size() == clients.size());
    if (!settled) {
      history.note("", "not every client came back");
    }
    List<ChaosClient> silent = clients;
    for (int attempt = 1; attempt <= ATTEMPTS && !silent.isEmpty(); attempt++) {
      silent = aftermath.probe(silent, attempt);
    }
    silent.forEach(
        client ->
            aftermath.report(client.id(), "does not come back: it has " + client.processes()));
    aftermath.nothingIsLeft();
  }

  private List<ChaosClient> probe(List<ChaosClient> clients, int attempt) {
    List<CompletableFuture<Outcome<Any>>> answers = new ArrayList<>();
    for (ChaosClient client : clients) {
      CompletableFuture<Outcome<Any>> answer = new CompletableFuture<>();
      answers.add(answer);
      Command command =
          new Command(
              "probe-" + attempt,
              ChaosHandler.payload(What.ANSWER, 0, 0),
              Instant.now().plusSeconds(5),
              Priority.NORMAL,
              "",
              Map.of());
      target.send(
          client.key(),
          command,
          true,
          history.sending(client.id(), command, true, answer::complete));
    }
    ChaosRun.until(
        Duration.ofSeconds(7), () -> answers.stream().allMatch(CompletableFuture::isDone));
    List<ChaosClient> silent = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      if (!(answers.get(i).getNow(null) instanceof Outcome.Completed<Any>)) {
        silent.add(clients.get(i));
      }
    }
    return silent;
  }

  private void nothingIsLeft() {
    boolean empty =
        ChaosRun.until(
            Duration.ofSeconds(5),
            () ->
                target.connected().stream()
                    .allMatch(client -> client.queueDepth() == 0 && client.inFlight() == 0));
    if (empty) {
      return;
    }
    for (ConnectedClient client : target.connected()) {
      if (client.queueDepth() > 0 || client.inFlight() > 0) {
        report(
            client.client().clientId(),
            "has %d queued and %d in flight though all have ended"
                .formatted(client.queueDepth(), client.inFlight()));
      }
    }
  }

  private void report(String client, String what) {
    Chronicle chronicle = new Chronicle(history.events());
    long now = History.now();
    violations.add(
        new Violation(
            Promise.COMES_BACK,
            client + " " + what,
            chronicle.trail(client, now - Duration.ofSeconds(40).toNanos(), now)));
  }
}
