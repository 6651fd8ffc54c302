package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Priority;

/** Commands wait in their order, whichever of them leave. */
class LaneTest {
  private final Lane lane = new Lane();

  @Test
  void anyMayLeaveAndTheOthersKeepTheirOrder() {
    PendingCommand a = add("a");
    PendingCommand b = add("b");
    PendingCommand c = add("c");
    assertThat(ids()).containsExactly("a", "b", "c");
    assertThat(lane.remove(b)).isTrue();
    assertThat(lane.remove(b)).isFalse();
    assertThat(ids()).containsExactly("a", "c");
    lane.add(b);
    assertThat(lane.remove(a)).isTrue();
    assertThat(ids()).containsExactly("c", "b");
    assertThat(lane.remove(b)).isTrue();
    assertThat(lane.remove(c)).isTrue();
    assertThat(lane.isEmpty()).isTrue();
    assertThat(lane.first()).isNull();
    add("d");
    assertThat(ids()).containsExactly("d");
  }

  @Test
  void whatIsInAnotherLaneStaysThere() {
    Lane other = new Lane();
    PendingCommand command = command("a");
    other.add(command);
    assertThat(lane.remove(command)).isFalse();
    assertThat(other.size()).isOne();
  }

  private PendingCommand add(String id) {
    PendingCommand command = command(id);
    lane.add(command);
    return command;
  }

  private List<String> ids() {
    List<String> ids = new ArrayList<>();
    for (PendingCommand each = lane.first(); each != null; each = each.after) {
      ids.add(each.command.id());
    }
    assertThat(lane.size()).isEqualTo(ids.size());
    return ids;
  }

  private static PendingCommand command(String id) {
    Command command =
        new Command(id, Any.getDefaultInstance(), Instant.EPOCH, Priority.NORMAL, "", Map.of());
    return new PendingCommand(command, new ReplyTo("here", 1, false));
  }
}
