package org.streamingcommands.client;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.streamingcommands.command.Targets;
import org.streamingcommands.connection.FleetPlan;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.SendToManyRequest;

/**
 * What is left of a plan when some of its clients have their outcome: the request for the others,
 * with what is left of the waves. Not thread-safe.
 */
final class FleetRest {
  private final FleetPlan plan;
  private final boolean cancelOnAbandon;
  private final Set<String> done = new HashSet<>();

  /** Of the plan, by the request's; both counted from 0. */
  private List<Integer> waves = List.of();

  private int targets;

  FleetRest(FleetPlan plan, boolean cancelOnAbandon) {
    this.plan = plan;
    this.cancelOnAbandon = cancelOnAbandon;
  }

  /** A node found so many that have no outcome yet. */
  void found(int others) {
    targets = done.size() + others;
  }

  /** In all. */
  int targets() {
    return targets;
  }

  /**
   * @return false for one that had its outcome before
   */
  boolean done(String clientId) {
    return done.add(clientId);
  }

  /** Whether nobody is left, as far as the targets are known. */
  boolean isEmpty() {
    return targets > 0 && done.size() == targets;
  }

  /** Which wave of the plan a wave of the last request was; both counted from 1. */
  int wave(int number) {
    return number <= waves.size() ? waves.get(number - 1) + 1 : number;
  }

  /** Whether so many failures in this wave of the plan, counted from 1, stop the send. */
  boolean isStoppedBy(int failed, int wave) {
    int begin = wave == 1 ? 0 : plan.waves().end(wave - 2, targets);
    return failed > 0 && plan.waves().stopsAt(failed, plan.waves().end(wave - 1, targets) - begin);
  }

  /** The wave of the plan that the next client is in, counted from 1. */
  int currentWave() {
    int wave = 0;
    while (wave < plan.waves().percents().size() - 1
        && plan.waves().end(wave, targets) <= done.size()) {
      wave++;
    }
    return wave + 1;
  }

  /** For everyone who has no outcome. */
  SendToManyRequest request() {
    SendToManyRequest.Builder request =
        SendToManyRequest.newBuilder()
            .setService(plan.service())
            .addAllExcludeClientIds(plan.exclude())
            .setMaxConcurrency(plan.maxConcurrency())
            .setCancelOnAbandon(cancelOnAbandon);
    if (plan.targets() instanceof Targets.Ids ids) {
      ids.clientIds().stream()
          .filter(id -> !done.contains(id))
          .forEach(request.getClientIdsBuilder()::addIds);
    } else if (plan.targets() instanceof Targets.Labels labels) {
      request.setSelector(labels.selector().toString()).addAllExcludeClientIds(done);
    }
    request
        .getWavesBuilder()
        .addAllPercents(percents())
        .setMaxFailurePercent(plan.waves().maxFailurePercent());
    request
        .getCommandBuilder()
        .setCommandId(plan.command().id())
        .setPayload(plan.command().payload())
        .setTimeout(Wire.duration(plan.timeout()))
        .setPriority(Wire.priority(plan.command().priority()))
        .setCoalescingKey(plan.command().coalescingKey())
        .putAllHeaders(plan.command().headers());
    return request.build();
  }

  /** Where the plan's waves end among those who are left, the first of which is under way. */
  private List<Double> percents() {
    if (done.isEmpty()) {
      waves = List.of();
      return plan.waves().percents();
    }
    List<Integer> numbers = new ArrayList<>();
    List<Double> percents = new ArrayList<>();
    int left = targets - done.size();
    int before = 0;
    for (int wave = 0; wave < plan.waves().percents().size(); wave++) {
      int end = plan.waves().end(wave, targets) - done.size();
      if (end > before) {
        numbers.add(wave);
        percents.add(end == left ? 100.0 : end * 100.0 / left);
        before = end;
      }
    }
    waves = List.copyOf(numbers);
    return percents;
  }
}
