package org.streamingcommands.connection;

import java.time.InstantSource;
import java.util.List;
import org.streamingcommands.command.Receipt;

/**
 * Takes over what another entity of the client had not ended, and what it knew of the ended ones.
 * Some of it may have been sent again here since, and the stream may have said that it has it.
 */
final class Inheritance {
  private final ServiceSettings settings;
  private final Replies replies;
  private final InstantSource clock;
  private final RecentOutcomes recent;
  private final PendingCommands pending;
  private final CurrentStream stream;

  Inheritance(
      ServiceSettings settings,
      Replies replies,
      InstantSource clock,
      RecentOutcomes recent,
      PendingCommands pending,
      CurrentStream stream) {
    this.settings = settings;
    this.replies = replies;
    this.clock = clock;
    this.recent = recent;
    this.pending = pending;
    this.stream = stream;
  }

  void take(PendingCommand command) {
    stream.legacyCame();
    String id = command.command.id();
    long now = clock.millis();
    PendingCommand known = pending.find(id);
    RecentOutcomes.Ended ended = recent.find(id, now);
    if (known != null) {
      known.joinAll(command, replies);
      return;
    }
    if (ended != null) {
      command.end(ended.outcome(), replies);
      return;
    }
    Boolean received = stream.takeStranger(id);
    pending.add(command);
    if (command.isSent()) {
      pending.tookOff(command);
      stream.resume(command);
    } else if (received != null) {
      // Since it was left to this entity, the stream said that it has it.
      stream.sentBefore(command, received);
    } else {
      queueAhead(command, now);
    }
    if (pending.find(id) != null) {
      pending.dueAt(command.dueMillis(stream.resumeUntilMillis()));
    }
    if (stream.isThere()) {
      stream.drain();
    }
  }

  /** Another entity had accepted it before this one accepted anything. */
  private void queueAhead(PendingCommand inherited, long now) {
    long roomUntil = now + settings.queueTimeout().toMillis();
    List<PendingCommand> newcomers = pending.takeNewcomers();
    inherited.inherited = true;
    inherited.holdUntilMillis = stream.isThere() ? 0 : stream.holdUntilMillis();
    newcomers.add(0, inherited);
    for (PendingCommand command : newcomers) {
      command.roomUntilMillis = roomUntil;
      switch (pending.offer(command)) {
        case QUEUED -> command.reach(Receipt.QUEUED, replies);
        case WAITING_FOR_ROOM -> pending.dueAt(roomUntil);
        case FULL -> pending.end(command, NotDelivered.noRoom(settings));
      }
    }
  }

  /** How commands ended where another entity was; some may have been asked for again since. */
  void takeEnded(List<RecentOutcomes.Known> commands) {
    stream.legacyCame();
    recent.inherit(commands, clock.millis());
    for (RecentOutcomes.Known known : commands) {
      stream.takeStranger(known.commandId());
      PendingCommand again = pending.find(known.commandId());
      if (again != null) {
        boolean same = known.ended().isOf(again.command.payload());
        pending.giveUp(again);
        again.end(same ? known.ended().outcome() : NotDelivered.conflict(again.command), replies);
      }
    }
    stream.drain();
  }
}
