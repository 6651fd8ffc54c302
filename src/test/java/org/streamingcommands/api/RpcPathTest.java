package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which rpc a path names. */
class RpcPathTest {

  @ParameterizedTest
  @CsvSource({
    "/streamingcommands.v1.CommandService/ListClients, ListClients",
    "/streamingcommands.v1.CommandService/List%43lients, ListClients",
    "/streamingcommands.v1.CommandService/, ''",
    "/streamingcommands.v1.CommandService/Dispatch/, Dispatch/",
    "/streamingcommands.v1.CommandService/no/such, no/such",
    "/streamingcommands.v1.CommandService//Dispatch, /Dispatch",
    "/streamingcommands.v1.CommandService/Dispatch?x=/y, Dispatch",
  })
  void whatFollowsTheServiceIsTheRpc(String uri, String rpc) {
    assertThat(RpcPath.rpc(HttpRequest.POST("http://localhost" + uri))).isEqualTo(rpc);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "//",
        "/streamingcommands.v1.CommandService",
        "//streamingcommands.v1.CommandService/Dispatch",
        "/streamingcommands.v1.CommandServiceX/Dispatch",
        "/x/streamingcommands.v1.CommandService/Dispatch",
        "/grpc.health.v1.Health/Check",
      })
  void anyOtherPathNamesNone(String uri) {
    assertThat(RpcPath.rpc(HttpRequest.POST("http://localhost" + uri))).isNull();
  }
}
