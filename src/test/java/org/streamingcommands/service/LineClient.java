package org.streamingcommands.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.apache.pekko.stream.testkit.javadsl.TestSink;
import org.apache.pekko.stream.testkit.javadsl.TestSource;

/** A client at the two open ends of a real stream; {@code down} asks for elements by hand. */
record LineClient(TestPublisher.Probe<String> up, TestSubscriber.Probe<String> down) {

  static LineClient open(ActorSystem<?> system, StreamingService<String, String> service) {
    Pair<TestPublisher.Probe<String>, Source<String, NotUsed>> up =
        TestSource.<String>create(system.classicSystem()).preMaterialize(system);
    TestSubscriber.Probe<String> down =
        service.connect(up.second()).runWith(TestSink.create(system.classicSystem()), system);
    return new LineClient(up.first(), down);
  }

  /** Opens a stream, says hello and reads the welcome. */
  static LineClient connect(
      ActorSystem<?> system, StreamingService<String, String> service, String clientId) {
    LineClient client = open(system, service).say("hello " + clientId);
    assertThat(client.next()).isEqualTo("welcome");
    return client;
  }

  /** Reads the next line. */
  String next() {
    return down.requestNext();
  }

  LineClient say(String line) {
    up.sendNext(line);
    return this;
  }

  /** The words of the next line. */
  List<String> nextWords() {
    return List.of(next().split(" "));
  }
}
