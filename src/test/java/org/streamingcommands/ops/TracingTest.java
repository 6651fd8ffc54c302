package org.streamingcommands.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.api.ApiServer;
import org.streamingcommands.api.ApiSettings;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.trace.Tracing;

/** One trace from the sender over the node to the client, seen by the in-memory exporter. */
class TracingTest {
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();
  private final CompletableFuture<Map<String, String>> headers = new CompletableFuture<>();
  private final CompletableFuture<String> traceInHandler = new CompletableFuture<>();
  private TestNode node;
  private ApiServer api;
  private Agent agent;

  @BeforeEach
  void start() {
    node = TestNode.start();
    node.connections().observe(new SendTracing());
    api =
        TestNode.await(
            ApiServer.start(
                    node.system(),
                    ApiSettings.from(
                        node.system().settings().config().getConfig("streaming-commands.api")),
                    node.connections())
                .toCompletableFuture());
    agent = agent("traced", node);
    TestNode.await(agent.connected());
  }

  private Agent agent(String id, TestNode at) {
    return Agent.builder("127.0.0.1:" + at.edgeAddress().getPort())
        .service(TestNode.SERVICE)
        .clientId(id)
        .on(
            StringValue.class,
            (text, command) -> {
              headers.complete(command.headers());
              traceInHandler.complete(Span.current().getSpanContext().getTraceId());
              return text;
            })
        .connect();
  }

  @AfterEach
  void stop() {
    Tracing.use(OpenTelemetry.noop());
    agent.close();
    TestNode.await(api.stop().toCompletableFuture());
    node.close();
    telemetry.close();
  }

  @Test
  void aRemoteSendIsOneTraceFromSenderOverNodeToClient() {
    Tracing.use(telemetry);
    Span outer = telemetry.getTracer("test").spanBuilder("outer").startSpan();
    try (Scope scope = outer.makeCurrent()) {
      assertThat(scope).isNotNull();
      TestNode.await(remote().ask(StringValue.of("hello"), StringValue.class));
    }
    outer.end();

    Map<String, SpanData> byName = byName();
    assertThat(byName).containsOnlyKeys("outer", "command send", "command route", "command handle");
    assertThat(byName.values())
        .allMatch(span -> span.getTraceId().equals(outer.getSpanContext().getTraceId()));
    assertParent(byName, "command send", "outer");
    assertParent(byName, "command route", "command send");
    assertParent(byName, "command handle", "command route");
    assertThat(traceInHandler).isCompletedWithValue(outer.getSpanContext().getTraceId());
  }

  /** The api is on one node and the clients are on another; their entities may be on either. */
  @Test
  void aRemoteSendIsOneTraceAcrossTwoNodesToo() {
    TestNode second = node.join(TestNode.config());
    second.connections().observe(new SendTracing());
    try {
      for (int i = 0; i < 6; i++) {
        String id = "far-" + i;
        try (Agent far = agent(id, second)) {
          TestNode.await(far.connected());
          Tracing.use(telemetry);
          spans.reset();
          TestNode.await(remote(id).ask(StringValue.of("hello"), StringValue.class));
          Tracing.use(OpenTelemetry.noop());

          Map<String, SpanData> byName = byName();
          assertThat(byName).containsOnlyKeys("command send", "command route", "command handle");
          assertThat(byName.values())
              .extracting(SpanData::getTraceId)
              .containsOnly(traceOf(byName));
          assertParent(byName, "command route", "command send");
          assertParent(byName, "command handle", "command route");
        }
      }
    } finally {
      second.close();
    }
  }

  private static String traceOf(Map<String, SpanData> byName) {
    return byName.get("command send").getTraceId();
  }

  private Map<String, SpanData> byName() {
    return spans.getFinishedSpanItems().stream()
        .collect(Collectors.toMap(SpanData::getName, span -> span));
  }

  @Test
  void withoutTracingNothingIsAddedToACommand() {
    TestNode.await(remote().ask(StringValue.of("hello"), StringValue.class));

    assertThat(headers).isCompletedWithValue(Map.of());
    assertThat(spans.getFinishedSpanItems()).isEmpty();
  }

  private StreamingCommandClient<StringValue> remote() {
    return remote("traced");
  }

  private StreamingCommandClient<StringValue> remote(String id) {
    return StreamingCommandClient.remote(
        CommandClientSettings.of("127.0.0.1:" + api.address().getPort()), TestNode.SERVICE, id);
  }

  private static void assertParent(Map<String, SpanData> byName, String child, String parent) {
    assertThat(byName.get(child).getParentSpanId()).isEqualTo(byName.get(parent).getSpanId());
  }
}
