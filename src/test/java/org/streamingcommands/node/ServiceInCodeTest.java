package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.grpc.ChannelCredentials;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.command.Proof;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.service.ClientService;
import org.streamingcommands.support.TestAuthority;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;
import org.streamingcommands.testkit.ScriptedClient;

/** A service that code registers asks for what its code says, and its neighbour does not. */
@Timeout(120)
class ServiceInCodeTest {
  private static final String TOKEN = TokenHash.newToken("all");
  private static final String NO_TOKEN = "";
  private static final TestTokens TOKENS = new TestTokens();

  @TempDir static Path directory;
  private static TestAuthority authority;
  private static TestAuthority.Identity server;

  private StreamingNode node;

  @BeforeAll
  static void makeCertificates() {
    authority = new TestAuthority(directory, "acme");
    server = authority.server("server");
    TOKENS.publicJwks(directory.resolve("jwks.json"));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /** A node whose edge takes certificates, JWTs and tokens, with an open and a strict service. */
  private void start(String... more) {
    List<String> keys = new ArrayList<>(List.of(more));
    keys.addAll(List.of(TestAuthority.listener("edge", server, authority.file())));
    keys.add("edge.auth = [certificate, jwt, token]");
    keys.add("security.jwt.jwks = \"%s\"".formatted(directory.resolve("jwks.json")));
    keys.add(
        "security.principals.all { token = \"%s\", clients = [\"bots/*\", \"vault/*\"] }"
            .formatted(TokenHash.of(TOKEN)));
    node = StreamingNode.start(TestNode.config(keys.toArray(String[]::new)));
    node.services().register(service("bots").build());
  }

  private ClientService.Builder service(String name) {
    return ClientService.builder(node.system(), name);
  }

  @Test
  void aTokenIsNotEnoughWhereTheCodeAsksForACertificate() {
    start();
    node.services().register(service("vault").auth(Proof.CERTIFICATE).build());
    assertRefused("vault", "a", authority.trustingChannel(), TOKEN);
    String jwt = TOKENS.es256(TestTokens.client("vault", "a", Duration.ofHours(1)));
    assertRefused("vault", "a", authority.trustingChannel(), jwt);
    // A token comes before a certificate: it was sent on purpose.
    assertRefused("vault", "a", certificate("both", "CN=vault/a"), TOKEN);
    try (ScriptedClient stranger = dial(authority.trustingChannel(), NO_TOKEN)) {
      stranger.hello("vault", "a");
      assertThat(stranger.awaitEnd().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }
    assertWelcome("vault", "a", certificate("owner", "CN=vault/a"), NO_TOKEN);
    assertWelcome("bots", "a", authority.trustingChannel(), TOKEN);
  }

  @Test
  void aCertificateWithAnotherNameThanTheCodeAsksForIsRefused() {
    start();
    node.services()
        .register(service("vault").certificateName("URI:spiffe://acme/keepers/{client}").build());
    ChannelCredentials keeper =
        authority.channel(authority.clientWithUri("keeper", "spiffe://acme/keepers/a"));
    assertWelcome("vault", "a", keeper, NO_TOKEN);
    assertRefused("vault", "b", keeper, NO_TOKEN);
    // Nor does the rule of this service let anybody be a client of that one, or the other way.
    assertRefused("bots", "a", keeper, NO_TOKEN);
    ChannelCredentials byTheGeneralRule = certificate("general", "CN=vault/a");
    assertRefused("vault", "a", byTheGeneralRule, NO_TOKEN);
    assertWelcome("bots", "a", certificate("bot", "CN=bots/a"), NO_TOKEN);
  }

  @Test
  void aStreamIsNotKeptOpenByWhatWouldNotHaveOpenedIt() {
    start();
    node.services().register(service("vault").auth(Proof.JWT).build());
    String jwt = TOKENS.es256(TestTokens.client("vault", "a", Duration.ofHours(1)));
    try (ScriptedClient client = dial(authority.trustingChannel(), jwt)) {
      client.hello("vault", "a").awaitWelcome();
      client.renew(TOKEN);
      assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }
  }

  @Test
  void theConfigurationWinsOverTheCode() {
    start(
        "services.vault { auth = [token], certificate-name = \"CN:{client}@vault\" }",
        "services.depot { certificate-name = \"CN:{client}@depot\" }");
    // The node registered what the configuration names; the code's come in their place.
    node.services().clear();
    node.services().register(service("vault").auth(Proof.CERTIFICATE).build());
    node.services()
        .register(
            service("depot")
                .auth(Proof.CERTIFICATE)
                .certificateName("CN:{client}@elsewhere")
                .build());
    assertWelcome("vault", "a", authority.trustingChannel(), TOKEN);
    assertRefused("vault", "a", certificate("vaults", "CN=a@vault"), NO_TOKEN);
    assertRefused("depot", "a", certificate("elsewheres", "CN=a@elsewhere"), NO_TOKEN);
    assertWelcome("depot", "a", certificate("depots", "CN=a@depot"), NO_TOKEN);
    // What the configuration does not say holds as the code says it.
    assertRefused("depot", "a", authority.trustingChannel(), TOKEN);
  }

  @Test
  void anotherServiceOfThatNameAsksForItsOwn() {
    start();
    node.services().register(service("vault").build());
    assertWelcome("vault", "a", authority.trustingChannel(), TOKEN);
    node.services().unregister("vault");
    node.services().register(service("vault").auth(Proof.CERTIFICATE).build());
    assertRefused("vault", "a", authority.trustingChannel(), TOKEN);
  }

  @Test
  void limitsOfCodeHoldForTheirServiceOnly() {
    start();
    node.services().register(service("vault").setting("max-clients", 1).build());
    try (ScriptedClient first = dial(authority.trustingChannel(), TOKEN);
        ScriptedClient second = dial(authority.trustingChannel(), TOKEN)) {
      first.hello("vault", "a").awaitWelcome();
      second.hello("vault", "b");
      assertThat(second.awaitEnd().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(first.hasEnded()).isFalse();
      try (ScriptedClient third = dial(authority.trustingChannel(), TOKEN);
          ScriptedClient fourth = dial(authority.trustingChannel(), TOKEN)) {
        third.hello("bots", "a").awaitWelcome();
        fourth.hello("bots", "b").awaitWelcome();
      }
    }
  }

  @Test
  void whatCannotBeOrWouldBeLostIsAnErrorBeforeAnybodyComes() {
    node = StreamingNode.start(TestNode.config("edge.auth = [token]"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> service("vault").auth(Proof.TOKEN, Proof.JWT).build())
        .withMessageContainingAll("'vault'", "[JWT, TOKEN]", "[TOKEN]", "edge.auth");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> service("vault").certificateName("CN:vault"))
        .withMessageContaining("{client}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> service("vault").setting("auth", List.of("token")).build())
        .withMessageContaining("services.vault.auth: there is no such key");
  }

  // ---- helpers ------------------------------------------------------------------------------

  private ScriptedClient dial(ChannelCredentials transport, String token) {
    return ScriptedClient.dial(node.edgeAddress(), transport, token);
  }

  private static ChannelCredentials certificate(String file, String subject) {
    return authority.channel(authority.client(file, subject));
  }

  private void assertWelcome(
      String service, String clientId, ChannelCredentials transport, String token) {
    try (ScriptedClient client = dial(transport, token)) {
      client.hello(service, clientId).awaitWelcome();
    }
  }

  private void assertRefused(
      String service, String clientId, ChannelCredentials transport, String token) {
    try (ScriptedClient client = dial(transport, token)) {
      client.hello(service, clientId);
      Status end = client.awaitEnd();
      assertThat(end.getCode()).as(end.toString()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(end.getDescription()).contains(service + '/' + clientId);
    }
  }
}
