package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.support.TestNode;

class SurvivalRuleTest {

  /** Members by address, oldest first where no age is given: + can be reached, - cannot. */
  @ParameterizedTest
  @CsvSource({
    "keep-majority, +++, true",
    "keep-majority, ++-, true",
    "keep-majority, -+-, false",
    "keep-majority, +-, true",
    "keep-majority, -+, false",
    "keep-majority, +-+-, true",
    "lease-majority, --+, false",
    "static-quorum, ++---, true",
    "static-quorum, +----, false",
    "keep-oldest, ++---, true",
    "keep-oldest, -++--, false",
    "keep-oldest, +--, false",
    "keep-oldest, -++, true",
    "keep-oldest, +-, true",
    "down-all, +++, true",
    "down-all, ++-, false",
  })
  void aSideGoesOnAsTheResolverWouldDecide(String strategy, String peers, boolean goesOn) {
    SurvivalRule rule = rule("split-brain-resolver.active-strategy = " + strategy);
    assertThat(rule.problem(peers(peers)) == null).isEqualTo(goesOn);
  }

  @Test
  void whatItSaysNamesTheNumbersAndTheStrategy() {
    assertThat(rule("").problem(peers("+--"))).contains("1 of the 3", "keep-majority");
  }

  @Test
  void withoutTheResolverNobodyIsCutOff() {
    assertThat(rule("downing-provider-class = \"\"").problem(peers("+--"))).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"keep-majority", "static-quorum", "keep-oldest", "lease-majority"})
  void onlyMembersThatMayHostEntitiesCount(String strategy) {
    assertThat(rule("split-brain-resolver.active-strategy = " + strategy).role()).isEqualTo("node");
  }

  private static SurvivalRule rule(String key) {
    Config more = ConfigFactory.parseString("split-brain-resolver.static-quorum.quorum-size = 2");
    return SurvivalRule.from(
        ConfigFactory.parseString(key)
            .withFallback(more)
            .withFallback(TestNode.config().getConfig("pekko.cluster")));
  }

  private static List<SurvivalRule.Peer> peers(String signs) {
    List<SurvivalRule.Peer> peers = new ArrayList<>();
    for (int i = 0; i < signs.length(); i++) {
      peers.add(new SurvivalRule.Peer(i, signs.charAt(i) == '+'));
    }
    return peers;
  }
}
