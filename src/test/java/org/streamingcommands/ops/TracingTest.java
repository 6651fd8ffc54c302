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
    agent =
        Agent.builder("127.0.0.1:" + node.edgeAddress().getPort())
            .service(TestNode.SERVICE)
            .clientId("traced")
            .on(
                StringValue.class,
                (text, command) -> {
                  headers.complete(command.headers());
                  traceInHandler.complete(Span.current().getSpanContext().getTraceId());
                  return text;
                })
            .connect();
    TestNode.await(agent.connected());
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

    Map<String, SpanData> byName =
        spans.getFinishedSpanItems().stream()
            .collect(Collectors.toMap(SpanData::getName, span -> span));
    assertThat(byName).containsOnlyKeys("outer", "command send", "command route", "command handle");
    assertThat(byName.values())
        .allMatch(span -> span.getTraceId().equals(outer.getSpanContext().getTraceId()));
    assertParent(byName, "command send", "outer");
    assertParent(byName, "command route", "command send");
    assertParent(byName, "command handle", "command route");
    assertThat(traceInHandler).isCompletedWithValue(outer.getSpanContext().getTraceId());
  }

  @Test
  void withoutTracingNothingIsAddedToACommand() {
    TestNode.await(remote().ask(StringValue.of("hello"), StringValue.class));

    assertThat(headers).isCompletedWithValue(Map.of());
    assertThat(spans.getFinishedSpanItems()).isEmpty();
  }

  private StreamingCommandClient<StringValue> remote() {
    return StreamingCommandClient.remote(
        CommandClientSettings.of("127.0.0.1:" + api.address().getPort()),
        TestNode.SERVICE,
        "traced");
  }

  private static void assertParent(Map<String, SpanData> byName, String child, String parent) {
    assertThat(byName.get(child).getParentSpanId()).isEqualTo(byName.get(parent).getSpanId());
  }
}
