package org.streamingcommands.grpc.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PercentEncodingTest {
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "plain text ~,plain text ~",
        "100 %,100 %25",
        "na\u00efve,na%C3%AFve",
        "\ud83e\udd16,%F0%9F%A4%96",
        "a\tb\u007f,a%09b%7F"
      })
  void leavesPrintableAsciiAsItIs(String text, String encoded) {
    assertThat(PercentEncoding.of(text)).isEqualTo(encoded);
  }
}
