package org.streamingcommands.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Where clients connect from. */
class ClientsTest {

  @Test
  void theFirstConnectFromWhereTheSystemChooses() {
    assertThat(Clients.source(1)).isNull();
    assertThat(Clients.source(14_999)).isNull();
  }

  @Test
  void moreThanAnAddressHasPortsForComeFromOthers() {
    assertThat(Clients.source(15_000)).hasToString("/127.0.0.2:0");
    assertThat(Clients.source(50_000)).hasToString("/127.0.0.4:0");
  }
}
