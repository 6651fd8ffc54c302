package org.streamingcommands.bench;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * One run: starts the processes, warms every contender up, and then lets them take turns, so that
 * whatever else the machine does befalls all of them.
 */
public final class Bench {
  private final BenchSettings settings;
  private final Samples samples;
  private final Turns turns;
  private final Notes notes = new Notes(Machine.here());
  private volatile String doing = "starting the processes";

  public Bench(BenchSettings settings) {
    this.settings = settings;
    this.samples = new Samples(settings.phases().rounds());
    this.turns = new Turns(settings.phases().rounds(), now -> doing = now);
  }

  /** What it is at; for another thread to show. */
  public String doing() {
    return doing;
  }

  /**
   * Runs everything, once.
   *
   * @throws IOException where a process failed, or an ask did: there are no figures of failures
   */
  public Report run() throws IOException {
    if (wantsAny(Scenario.CLOSED, Scenario.WINDOW, Scenario.OPEN)
        || wantsAny(Scenario.ALLOCATION, Scenario.CONNECT, Scenario.STALLED)) {
      fewClients();
    }
    if (wantsAny(Scenario.GROWTH, Scenario.BROADCAST)) {
      manyClients();
    }
    if (settings.wants(Scenario.IDLE)) {
      new IdleTrial(settings, turns, samples, notes).run();
    }
    if (settings.wants(Scenario.TLS)) {
      new TlsTrial(settings, turns, samples, notes).run();
    }
    return samples.report(notes.all());
  }

  private boolean wantsAny(Scenario... scenarios) {
    return Stream.of(scenarios).anyMatch(settings::wants);
  }

  private void fewClients() throws IOException {
    try (Stage stage = Stage.together(settings.jvmFlags())) {
      if (wantsAny(Scenario.CLOSED, Scenario.WINDOW, Scenario.OPEN)) {
        new LoopTrial(settings, stage, turns, samples, absent()).run();
      }
      ServerTrials servers = new ServerTrials(settings, stage, turns, samples);
      if (settings.wants(Scenario.ALLOCATION)) {
        servers.allocation();
      }
      if (settings.wants(Scenario.CONNECT)) {
        servers.connect();
      }
      if (settings.wants(Scenario.STALLED)) {
        servers.stalled();
      }
    }
  }

  private void manyClients() throws IOException {
    try (Stage stage = Stage.apart(settings.jvmFlags())) {
      CrowdTrials crowds = new CrowdTrials(settings, stage, turns, samples);
      if (settings.wants(Scenario.GROWTH)) {
        crowds.growth(notes);
      }
      if (settings.wants(Scenario.BROADCAST)) {
        crowds.broadcast(notes);
      }
    }
  }

  /** Wanted, and not to be had here. */
  private List<Contender> absent() {
    List<Contender> wanted = settings.wanted(List.of(Contender.values()));
    wanted.forEach(
        contender -> Rivals.missing(contender).ifPresent(why -> notes.add(contender.label(), why)));
    return wanted.stream().filter(contender -> Rivals.missing(contender).isPresent()).toList();
  }
}
