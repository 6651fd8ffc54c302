package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.v1.ExecuteCommandRequest;
import org.streamingcommands.grpc.v1.ExecuteCommandResponse;
import org.streamingcommands.grpc.v1.ListServicesRequest;
import org.streamingcommands.grpc.v1.ListServicesResponse;
import org.streamingcommands.support.TestNode;

/** gRPC-Web as a browser's library speaks it, over HTTP/1.1. */
class GrpcWebTest {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void itIsOffUnlessAskedFor() throws Exception {
    try (ApiNode node = ApiNode.start()) {
      assertThat(call(node, "ListServices", ListServicesRequest.getDefaultInstance()).statusCode())
          .isEqualTo(404);
    }
  }

  @Test
  void aUnaryCallEndsWithItsTrailersInTheBody() throws Exception {
    try (ApiNode node = ApiNode.start("api.grpc-web = on")) {
      HttpResponse<byte[]> answer =
          call(node, "ListServices", ListServicesRequest.getDefaultInstance());

      assertThat(answer.headers().firstValue("content-type"))
          .hasValue("application/grpc-web+proto");
      ByteBuffer body = ByteBuffer.wrap(answer.body());
      assertThat(ListServicesResponse.parseFrom(frame(body, 0)).getServices(0).getName())
          .isEqualTo(TestNode.SERVICE);
      assertThat(trailers(body)).isEqualTo("grpc-status: 0\r\n");
    }
  }

  @Test
  void aStreamTellsItsStepsAndAnErrorItsDetails() throws Exception {
    try (ApiNode node = ApiNode.start("api.grpc-web = on")) {
      EchoBot.connect(node.node.connections(), "web");

      ByteBuffer steps = ByteBuffer.wrap(call(node, "ExecuteCommand", execute("web")).body());
      assertThat(ExecuteCommandResponse.parseFrom(frame(steps, 0)).getCommandId()).isEqualTo("w-1");
      while (steps.get(steps.position()) == 0) {
        frame(steps, 0);
      }
      assertThat(trailers(steps)).isEqualTo("grpc-status: 0\r\n");

      ByteBuffer refused = ByteBuffer.wrap(call(node, "ExecuteCommand", execute("nobody")).body());
      assertThat(trailers(refused))
          .contains("grpc-status: ", "grpc-message: ", "grpc-status-details-bin: ");
      assertThat(trailersOf(call(node, "NoSuchRpc", execute("web")))).contains("grpc-status: 12");
    }
  }

  private static ExecuteCommandRequest execute(String clientId) {
    return ExecuteCommandRequest.newBuilder()
        .setService(TestNode.SERVICE)
        .setClientId(clientId)
        .setCommand(ApiNode.command("w-1"))
        .build();
  }

  private static String trailersOf(HttpResponse<byte[]> answer) {
    return trailers(ByteBuffer.wrap(answer.body()));
  }

  private static String trailers(ByteBuffer body) {
    String text = new String(frame(body, 0x80), StandardCharsets.US_ASCII);
    assertThat(body.hasRemaining()).isFalse();
    return text;
  }

  private static byte[] frame(ByteBuffer body, int flag) {
    assertThat(body.get() & 0xff).isEqualTo(flag);
    byte[] content = new byte[body.getInt()];
    body.get(content);
    return content;
  }

  private static HttpResponse<byte[]> call(ApiNode node, String rpc, MessageLite request)
      throws Exception {
    byte[] message = request.toByteArray();
    byte[] framed =
        Arrays.copyOf(
            ByteBuffer.allocate(5).put((byte) 0).putInt(message.length).array(),
            5 + message.length);
    System.arraycopy(message, 0, framed, 5, message.length);
    return HTTP.send(
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + node.port()
                        + "/streamingcommands.v1.CommandService/"
                        + rpc))
            .header("Content-Type", "application/grpc-web+proto")
            .POST(HttpRequest.BodyPublishers.ofByteArray(framed))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }
}
