package org.streamingcommands.json;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of JSON that cannot be read. */
class JsonTypesTest {
  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": ", "{\"a\"", "{\"a\": [1, ", "{]", ""})
  void whatIsNoJsonIsToldWithoutTheNamesOfClasses(String json) {
    assertThatThrownBy(() -> JsonTypes.WELL_KNOWN.merge(json, Struct.newBuilder()))
        .isInstanceOf(JsonProblem.class)
        .hasMessageNotContaining("Exception")
        .hasMessageNotContaining("java.");
  }

  @Test
  void whereItEndsTooEarlyIsSaid() {
    assertThatThrownBy(() -> JsonTypes.WELL_KNOWN.merge("{\"a\": ", Struct.newBuilder()))
        .hasMessageContaining("End of input at line 1 column");
  }
}
