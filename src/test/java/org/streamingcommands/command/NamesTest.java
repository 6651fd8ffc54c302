package org.streamingcommands.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a name may be, and that a refusal says which field it is about. */
class NamesTest {

  @ParameterizedTest
  @ValueSource(strings = {"type.googleapis.com/my.pkg.Command", "/Command", "x/a_b.C1"})
  void aTypeUrlNamesAType(String url) {
    assertThat(Names.problemWithTypeUrl("payload", url)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "my.pkg.Command", "x/", "x/.a", "x/a.", "x/a..b", "x/1a", "x/a b"})
  void anythingElseIsNoTypeUrl(String url) {
    assertThat(Names.problemWithTypeUrl("payload", url))
        .hasValueSatisfying(problem -> assertThat(problem).startsWith("payload"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "ä", "a/b"})
  void aServiceIsOfPlainCharacters(String service) {
    assertThat(Names.problemWithService(service)).isPresent();
  }

  @Test
  void aClientIdMayBeWhateverFitsButControlCharacters() {
    assertThat(Names.problemWithClientId("zone/rack 7 · ümlaut")).isEmpty();
    assertThat(Names.problemWithClientId("x".repeat(201))).isPresent();
    assertThat(Names.problemWithClientId("a\nb")).isPresent();
  }

  @Test
  void aLabelThatIsWrongIsNamed() {
    assertThat(Names.problemWithLabels("labels", Map.of("k", "v".repeat(256))))
        .hasValueSatisfying(problem -> assertThat(problem).contains("labels[k]"));
  }

  @Test
  void aKeyComesBackFromItsEntityId() {
    ClientKey key = ClientKey.of("bots", "rack/7");
    assertThat(ClientKey.ofEntityId(key.entityId())).isEqualTo(key);
    assertThatThrownBy(() -> ClientKey.of("bots", "")).hasMessageStartingWith("client_id");
  }
}
