package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;

/** Which sends of a node name which before them. */
class SendOrderTest {
  private static final ClientKey CLIENT = ClientKey.of("bots", "b1");
  private static final ClientKey OTHER = ClientKey.of("bots", "b2");

  private final SendOrder order = new SendOrder(new AtomicLong(100)::incrementAndGet);

  @Test
  void eachNamesTheOneBeforeItToTheSameClient() {
    assertThat(order.join(CLIENT)).isEqualTo(new SendOrder.Place(101, SendOrder.FIRST));
    assertThat(order.join(OTHER)).isEqualTo(new SendOrder.Place(102, SendOrder.FIRST));
    assertThat(order.join(CLIENT)).isEqualTo(new SendOrder.Place(103, 101));
  }

  @Test
  void whatHasAnOutcomeIsNotNamed() {
    order.join(CLIENT);
    order.join(CLIENT);
    order.leave(CLIENT, 101);
    assertThat(order.join(CLIENT)).isEqualTo(new SendOrder.Place(103, 102));
    order.leave(CLIENT, 103);
    assertThat(order.join(CLIENT)).isEqualTo(new SendOrder.Place(104, SendOrder.FIRST));
  }

  @Test
  void whatGoesStraightFollowsWhatIsUnderwayAndIsNotNamedItself() {
    assertThat(order.straight(CLIENT)).isEqualTo(new SendOrder.Place(101, SendOrder.STRAIGHT));
    order.join(CLIENT);
    assertThat(order.straight(CLIENT)).isEqualTo(new SendOrder.Place(103, 102));
    assertThat(order.straight(OTHER)).isEqualTo(new SendOrder.Place(104, SendOrder.STRAIGHT));
    assertThat(order.join(CLIENT)).isEqualTo(new SendOrder.Place(105, 102));
  }
}
