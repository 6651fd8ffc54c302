package org.streamingcommands.ops;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.google.protobuf.StringValue;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.api.ApiServer;
import org.streamingcommands.api.ApiSettings;
import org.streamingcommands.connection.ServiceObserver;
import org.streamingcommands.examples.bots.v1.Bots;
import org.streamingcommands.json.JsonCatalog;
import org.streamingcommands.support.Partition;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** The dashboard in the system's own Chromium, over a real node with real clients. */
class DashboardTest {
  private static final LocatorAssertions.ContainsTextOptions TEXT =
      new LocatorAssertions.ContainsTextOptions().setTimeout(TestNode.PATIENCE.toMillis());
  private static final LocatorAssertions.IsVisibleOptions VISIBLE =
      new LocatorAssertions.IsVisibleOptions().setTimeout(TestNode.PATIENCE.toMillis());

  private static final String FOCUSED = "element => element === document.activeElement";

  private static Chromium chromium;

  private final List<Agent> agents = new ArrayList<>();
  private TestNode node;
  private ApiServer api;
  private Page page;

  @BeforeAll
  static void startBrowser() {
    chromium = new Chromium();
  }

  @AfterAll
  static void stopBrowser() {
    if (chromium != null) {
      chromium.close();
    }
  }

  @BeforeEach
  void start() {
    // Nobody but the tests decides who is cut off, and who is taken out.
    node = TestNode.start(ServiceObserver.NONE, config());
    JsonCatalog.get(node.system()).register(TestNode.SERVICE, Bots.getDescriptor());
    api =
        TestNode.await(
            ApiServer.on(
                    node.system(),
                    ApiSettings.from(
                        node.system().settings().config().getConfig("streaming-commands.api")),
                    node.connections())
                .beside(new Dashboard())
                .start()
                .toCompletableFuture());
    open(1280, 900, ColorScheme.LIGHT);
  }

  @AfterEach
  void stop() {
    page.context().close();
    agents.forEach(Agent::close);
    TestNode.await(api.stop().toCompletableFuture());
    node.close();
  }

  @Test
  void aFleetOfNoneSaysHowToConnectOne() {
    assertThat(page.locator("#link")).containsText("live", TEXT);
    assertThat(page.locator("#no-clients")).containsText("agent --service", TEXT);
    picture("empty");
  }

  @Test
  void aClientConnectsAndAppears() {
    assertThat(page.locator("#no-clients")).isVisible(VISIBLE);
    echo("bot-7", Map.of("zone", "eu", "model", "mk2"));

    assertThat(row("bot-7")).containsText("zone=eu", TEXT);
    assertThat(page.locator("#tiles")).containsText("Connected1", TEXT);
  }

  @Test
  void clientsAreSearchedByIdAndByLabel() {
    echo("kitchen-1", Map.of("zone", "eu"));
    echo("garage-1", Map.of("zone", "us"));
    assertThat(row("garage-1")).isVisible(VISIBLE);

    page.keyboard().press("/");
    page.keyboard().type("kitchen");
    assertThat(row("garage-1")).isHidden(hidden());
    assertThat(row("kitchen-1")).isVisible(VISIBLE);

    page.fill("#search", "");
    page.fill("#selector", "zone=us");
    assertThat(row("kitchen-1")).isHidden(hidden());
    assertThat(row("garage-1")).isVisible(VISIBLE);

    page.fill("#selector", "==");
    assertThat(page.locator("#clients-problem")).containsText("selector", TEXT);
  }

  @Test
  void aCommandIsSentAndItsStepsAndOutcomeShow() {
    echo("bot-1", Map.of("zone", "eu", "room", "kitchen"));
    page.navigate(url() + "#/bots/bot-1");
    Locator detail = page.locator("#detail");
    assertThat(detail).containsText("connected", TEXT);

    page.fill("input[name=type]", "google.protobuf.StringValue");
    page.fill("textarea[name=json]", "\"make tea\"");
    page.keyboard().press("Control+Enter");

    Locator steps = detail.locator(".steps");
    assertThat(steps).containsText("queued", TEXT);
    assertThat(steps).containsText("sent", TEXT);
    assertThat(steps).containsText("completed", TEXT);
    assertThat(steps).containsText("did: make tea", TEXT);
    assertThat(page.locator("#sends")).containsText("completed", TEXT);
    assertThat(detail.locator(".commands").last()).containsText("StringValue", TEXT);
    picture("sent");
  }

  @Test
  void whatGoesWrongIsSaidWithItsReason() {
    page.navigate(url() + "#/bots/nobody");
    assertThat(page.locator("#detail")).containsText("not connected", TEXT);

    page.fill("input[name=type]", "google.protobuf.StringValue");
    page.fill("textarea[name=json]", "\"hello\"");
    page.click("form.send button");
    assertThat(page.locator(".steps")).containsText("not connected", TEXT);

    page.fill("textarea[name=json]", "{");
    page.click("form.send button");
    assertThat(page.locator(".steps")).containsText("this is no JSON", TEXT);
  }

  @Test
  void markupInWhatAClientSaysIsText() {
    echo("<img src=x onerror=alert(1)>", Map.of("b", "<b>bold</b>"));

    assertThat(page.locator("#rows")).containsText("<img src=x onerror=alert(1)>", TEXT);
    assertThat(page.locator("#rows img, #rows b")).hasCount(0);
  }

  @Test
  void clientsOfEveryNodeAreShown() {
    TestNode second = node.join(TestNode.config());
    try {
      for (int i = 0; i < 5; i++) {
        echo("here-" + i, Map.of(), node);
        echo("there-" + i, Map.of(), second);
      }
      page.fill("#search", "here-");
      assertThat(page.locator("#rows tr")).hasCount(10, rows());
    } finally {
      second.close();
    }
  }

  @Test
  void aNodeThatGoesIsSaidToBeGone() {
    TestNode second = node.join(TestNode.config());
    String name = second.connections().node();
    Locator entry = page.locator("[data-node='" + name + "']");
    assertThat(entry).containsText("up", TEXT);

    second.close();

    assertThat(entry).containsText("gone", TEXT);
    assertThat(page.locator("#gone")).containsText(name.split("@")[1], TEXT);
    picture("node-gone");
    page.click("#forget");
    assertThat(page.locator("#gone")).isHidden(hidden());
    assertThat(entry).isHidden(hidden());
  }

  @Test
  void aNodeThatDiesWithoutAWordIsUnreachableAndThenGone() {
    TestNode second = node.join(config());
    String name = second.connections().node();
    Locator entry = page.locator("[data-node='" + name + "']");
    assertThat(entry).containsText("up", TEXT);

    Partition.cut(second.system(), node.system());

    assertThat(entry).containsText("unreachable", TEXT);
    assertThat(page.locator("#gone")).containsText(name.split("@")[1], TEXT);
    assertThat(page.locator("#gone")).containsText("cannot be reached", TEXT);
    // Once, and by its name.
    assertThat(page.locator("#clients-problem"))
        .containsText(Pattern.compile("^[0-9.:]+ did not answer"), TEXT);
    picture("node-unreachable");

    Cluster cluster = Cluster.get(node.system());
    cluster.manager().tell(new Down(Cluster.get(second.system()).selfMember().address()));
    assertThat(entry).containsText("gone", TEXT);
    assertThat(page.locator("#gone")).containsText("is gone", TEXT);

    Partition.heal(second.system(), node.system());
    second.close();
  }

  @Test
  void theKeyboardAloneFindsAClientLooksAtItAndComesBack() {
    echo("kb-1", Map.of("zone", "eu"));
    echo("kb-2", Map.of("zone", "us"));
    assertThat(row("kb-2")).isVisible(VISIBLE);
    Locator link = row("kb-2").locator("a");

    page.keyboard().press("/");
    for (int i = 0; i < 30 && !Boolean.TRUE.equals(link.evaluate(FOCUSED)); i++) {
      page.keyboard().press("Tab");
    }
    assertThat(link).isFocused();
    // A refresh, which a third client proves, takes the focus away from nobody.
    echo("kb-0", Map.of());
    assertThat(row("kb-0")).isVisible(VISIBLE);
    assertThat(link).isFocused();

    page.keyboard().press("Enter");
    assertThat(page.locator("#detail h3")).containsText("kb-2", TEXT);
    assertThat(page.locator("#detail")).containsText("connected", TEXT);
    page.keyboard().press("Escape");
    assertThat(page.locator("#detail h3")).hasCount(0);
    assertThat(link).isFocused();
  }

  @Test
  void anAddressThatIsNoEncodingIsTakenAsItIs() {
    List<String> errors = new CopyOnWriteArrayList<>();
    page.onPageError(errors::add);
    echo("100%", Map.of());

    page.navigate(url() + "#/bots/100%");

    assertThat(page.locator("#detail h3")).containsText("100%", TEXT);
    assertThat(page.locator("#detail")).containsText("connected", TEXT);
    org.assertj.core.api.Assertions.assertThat(errors).isEmpty();
  }

  @Test
  void nothingComesFromAnotherHostAndNothingCould() {
    echo("host-1", Map.of("zone", "eu"));
    List<String> asked = new CopyOnWriteArrayList<>();
    List<String> complaints = new CopyOnWriteArrayList<>();
    page.onRequest(request -> asked.add(request.url()));
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error")) {
            complaints.add(message.text());
          }
        });

    Response answer = page.reload();
    assertThat(row("host-1")).isVisible(VISIBLE);
    page.click("text=host-1");
    assertThat(page.locator("#detail")).containsText("connected", TEXT);

    org.assertj.core.api.Assertions.assertThat(answer.headerValue("content-security-policy"))
        .contains("default-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe", "*", "http");
    org.assertj.core.api.Assertions.assertThat(asked)
        .hasSizeGreaterThan(8)
        .allMatch(url -> url.startsWith(url()));
    org.assertj.core.api.Assertions.assertThat(complaints).isEmpty();
  }

  @Test
  void theTilesTellLatencyAndQueues() {
    try (ScriptedClient slow = node.connect("slow")) {
      node.send("slow", TestNode.command("t-1", "x"));
      slow.awaitCommand();
      Locator tiles = page.locator("#tiles");
      assertThat(tiles).containsText("In flight1", TEXT);
      assertThat(tiles).containsText("Queued0", TEXT);
      slow.complete("t-1", "done");
      assertThat(tiles).containsText("In flight0", TEXT);
      assertThat(tiles.locator(".tile", new Locator.LocatorOptions().setHasText("Half within")))
          .containsText(Pattern.compile("Half within\\d.*99 % within \\d"), TEXT);
    }
  }

  @Test
  void aNodeThatDoesNotAnswerIsSaidNotTo() {
    assertThat(page.locator("#link")).containsText("live", TEXT);

    TestNode.await(api.stop().toCompletableFuture());

    assertThat(page.locator("#trouble")).containsText("does not answer", TEXT);
    assertThat(page.locator("#link")).containsText("no answer", TEXT);
    assertThat(page.locator("#nodes")).containsText("no answer", TEXT);
    picture("no-answer");
  }

  @Test
  void itFitsAPhoneInTheDark() {
    fleet();
    page.context().close();
    open(390, 844, ColorScheme.DARK);
    page.navigate(url() + "#/bots/bot-03");
    assertThat(page.locator("#detail")).containsText("connected", TEXT);
    assertThat(row("bot-03")).isVisible(VISIBLE);

    Object overflow =
        page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth");
    org.assertj.core.api.Assertions.assertThat(overflow).isEqualTo(0);
    picture("phone-dark");
  }

  @Test
  void aBusyFleetIsLive() {
    fleet();
    assertThat(row("bot-11")).isVisible(VISIBLE);
    for (int i = 0; i < 20; i++) {
      var heard = node.send("bot-%02d".formatted(i % 12), TestNode.command("c-" + i, "task " + i));
      heard.awaitOutcome();
    }
    node.send("bot-99", TestNode.command("c-99", "nobody")).awaitOutcome();
    assertThat(page.locator("#sends")).containsText("not connected", TEXT);
    page.click("text=bot-02");
    assertThat(page.locator("#detail")).containsText("connected", TEXT);
    picture("busy");
  }

  @Test
  void itIsReadableAtEveryWidthInBothLights() {
    fleet();
    for (int i = 0; i < 20; i++) {
      node.send("bot-%02d".formatted(i % 12), TestNode.command("p-" + i, "task")).awaitOutcome();
    }
    for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
      for (int width : new int[] {390, 820, 1440}) {
        page.context().close();
        open(width, 900, scheme);
        node.send("bot-01", TestNode.command("w-" + scheme + width, "task")).awaitOutcome();
        assertThat(row("bot-11")).isVisible(VISIBLE);
        org.assertj.core.api.Assertions.assertThat(
                page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
            .isEqualTo(0);
        picture("fleet-" + width + "-" + scheme.name().toLowerCase(java.util.Locale.ROOT));
      }
    }
  }

  private static Config config() {
    return ConfigFactory.parseString(
            Partition.CONFIG + "pekko.cluster.downing-provider-class = \"\"\n")
        .withFallback(TestNode.config());
  }

  private void fleet() {
    for (int i = 0; i < 12; i++) {
      echo(
          "bot-%02d".formatted(i),
          Map.of("zone", i % 3 == 0 ? "us" : "eu", "model", "mk" + i % 2, "ring", "stable"));
    }
  }

  private static LocatorAssertions.HasCountOptions rows() {
    return new LocatorAssertions.HasCountOptions().setTimeout(TestNode.PATIENCE.toMillis());
  }

  private void echo(String id, Map<String, String> labels) {
    echo(id, labels, node);
  }

  private void echo(String id, Map<String, String> labels, TestNode at) {
    var builder =
        Agent.builder("127.0.0.1:" + at.edgeAddress().getPort())
            .service(TestNode.SERVICE)
            .clientId(id)
            .on(
                StringValue.class,
                (text, command) -> {
                  command.progress(50, "halfway");
                  return StringValue.of("did: " + text.getValue());
                });
    labels.forEach(builder::label);
    Agent agent = builder.connect();
    agents.add(agent);
    TestNode.await(agent.connected().toCompletableFuture());
  }

  private Locator row(String id) {
    return page.locator("#rows tr").filter(new Locator.FilterOptions().setHasText(id));
  }

  private static LocatorAssertions.IsHiddenOptions hidden() {
    return new LocatorAssertions.IsHiddenOptions().setTimeout(TestNode.PATIENCE.toMillis());
  }

  private void open(int width, int height, ColorScheme scheme) {
    page = chromium.open(url(), width, height, scheme);
    assertThat(page.locator("#link")).containsText("live", TEXT);
  }

  private String url() {
    return "http://127.0.0.1:" + api.address().getPort() + "/";
  }

  private void picture(String name) {
    Chromium.picture(page, name);
  }
}
