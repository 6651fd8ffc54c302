package org.streamingcommands.ops;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.google.protobuf.StringValue;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.TestNode;

/** The dashboard of a node whose api asks who one is. */
class DashboardSignInTest {
  private static final String OPERATOR = TokenHash.newToken("operator");
  private static final String VIEWER = TokenHash.newToken("viewer");
  private static final String STRANGER = TokenHash.newToken("stranger");
  private static final String NOBODY = TokenHash.newToken("nobody");

  private static final LocatorAssertions.ContainsTextOptions TEXT =
      new LocatorAssertions.ContainsTextOptions().setTimeout(TestNode.PATIENCE.toMillis());
  private static final LocatorAssertions.IsVisibleOptions VISIBLE =
      new LocatorAssertions.IsVisibleOptions().setTimeout(TestNode.PATIENCE.toMillis());
  private static final LocatorAssertions.IsHiddenOptions HIDDEN =
      new LocatorAssertions.IsHiddenOptions().setTimeout(TestNode.PATIENCE.toMillis());

  private static Chromium chromium;
  private static StreamingNode node;
  private static Agent agent;

  private Page page;

  @BeforeAll
  static void start() {
    chromium = new Chromium();
    node =
        StreamingNode.start(
            TestNode.config(
                "api.auth = [token]",
                "services { bots {}, secret {} }",
                """
                security {
                  roles {
                    operator.grants = [{ actions = [send, list, disconnect], services = ["*"] }]
                    viewer.grants = [{ actions = [list], services = [bots] }]
                    nothing.grants = []
                  }
                  principals {
                    operator { token = "%s", roles = [operator] }
                    viewer { token = "%s", roles = [viewer] }
                    nobody { token = "%s", roles = [nothing] }
                  }
                }
                """
                    .formatted(
                        TokenHash.of(OPERATOR), TokenHash.of(VIEWER), TokenHash.of(NOBODY))));
    agent =
        Agent.builder("127.0.0.1:" + node.edgeAddress().getPort())
            .service("bots")
            .clientId("bot-1")
            .on(StringValue.class, (text, command) -> text)
            .connect();
    TestNode.await(agent.connected());
  }

  @AfterAll
  static void stop() {
    if (chromium != null) {
      agent.close();
      node.close();
      chromium.close();
    }
  }

  @BeforeEach
  void open() {
    page =
        chromium.open(
            "http://127.0.0.1:" + node.apiAddress().getPort() + "/", 1280, 900, ColorScheme.LIGHT);
  }

  @AfterEach
  void close() {
    page.context().close();
  }

  @Test
  void whoeverIsAskedSignsInWithATokenThatIsKnown() {
    Locator form = page.locator("#sign-in");
    assertThat(form).isVisible(VISIBLE);
    assertThat(page.locator("#link")).containsText("sign in", TEXT);
    assertThat(page.locator("#token")).isFocused();
    assertThat(page.locator("main")).isHidden(HIDDEN);
    Chromium.picture(page, "sign-in");

    signIn(STRANGER);
    assertThat(page.locator("#sign-in-problem")).containsText("is not known", TEXT);
    assertThat(page.locator("#rows tr")).hasCount(0);
    Chromium.picture(page, "sign-in-wrong");

    signIn(OPERATOR);
    assertThat(page.locator("#link")).containsText("live", TEXT);
    assertThat(form).isHidden(HIDDEN);
    assertThat(page.locator("#rows")).containsText("bot-1", TEXT);
    assertThat(page.locator("#nodes")).containsText("this one", TEXT);

    page.reload();
    assertThat(page.locator("#rows")).containsText("bot-1", TEXT);
    page.click("#sign-out");
    assertThat(form).isVisible(VISIBLE);
    assertThat(page.locator("#rows tr")).hasCount(0);
  }

  @Test
  void whoMayLookAtOneServiceSeesThatOneAndIsToldTheRest() {
    signIn(VIEWER);
    assertThat(page.locator("#limited")).containsText("may look at bots", TEXT);
    assertThat(page.locator("#rows")).containsText("bot-1", TEXT);
    assertThat(page.locator("#trouble")).isHidden(HIDDEN);
    assertThat(page.locator("#link")).containsText("live", TEXT);

    page.click("text=bot-1");
    assertThat(page.locator("#detail")).containsText("connected", TEXT);
    page.click("form.send button");
    assertThat(page.locator(".steps")).containsText("not permitted", TEXT);
    assertThat(page.locator(".steps")).containsText("viewer may not send", TEXT);
    page.click("text=Disconnect");
    page.click("text=really?");
    assertThat(page.locator("#detail .problem")).containsText("may not disconnect", TEXT);
    Chromium.picture(page, "one-service");

    page.navigate(page.url().replaceFirst("#.*", "#/secret/bot-9"));
    assertThat(page.locator("#detail")).containsText("not permitted", TEXT);
  }

  @Test
  void whoMayLookAtNothingIsToldWhomToAsk() {
    signIn(NOBODY);
    assertThat(page.locator("#limited")).containsText("may not look at any service", TEXT);
    Chromium.picture(page, "no-service");
  }

  private void signIn(String token) {
    page.fill("#token", token);
    page.click("#sign-in button");
  }
}
