package org.streamingcommands.connection;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import org.streamingcommands.cluster.v1.Abandon;
import org.streamingcommands.cluster.v1.Attach;
import org.streamingcommands.cluster.v1.Cancel;
import org.streamingcommands.cluster.v1.DeliveriesMissed;
import org.streamingcommands.cluster.v1.Detach;
import org.streamingcommands.cluster.v1.Disconnect;
import org.streamingcommands.cluster.v1.EndedCommand;
import org.streamingcommands.cluster.v1.Inherit;
import org.streamingcommands.cluster.v1.InheritEnded;
import org.streamingcommands.cluster.v1.Inspect;
import org.streamingcommands.cluster.v1.NotWritten;
import org.streamingcommands.cluster.v1.Progressed;
import org.streamingcommands.cluster.v1.Receipt;
import org.streamingcommands.cluster.v1.Received;
import org.streamingcommands.cluster.v1.StillAttached;
import org.streamingcommands.cluster.v1.Taken;

/**
 * Both directions of {@code cluster/v1/entity.proto}, but for what every ask has: see {@link
 * SendBytes} and {@link ResultedBytes}.
 */
final class EntityWire {
  private EntityWire() {}

  static Cancel write(ClientConnection.Cancel cancel) {
    return Cancel.newBuilder()
        .setClient(ValueWire.key(cancel.client()))
        .setCommandId(cancel.commandId())
        .setReplyTo(ValueWire.replyTo(cancel.replyTo()))
        .build();
  }

  static ClientConnection.Cancel read(Cancel cancel) {
    return new ClientConnection.Cancel(
        ValueWire.key(cancel.getClient()),
        cancel.getCommandId(),
        ValueWire.replyTo(cancel.getReplyTo()));
  }

  static Abandon write(ClientConnection.Abandon abandon) {
    return Abandon.newBuilder()
        .setClient(ValueWire.key(abandon.client()))
        .setCommandId(abandon.commandId())
        .setReplyTo(ValueWire.replyTo(abandon.replyTo()))
        .build();
  }

  static ClientConnection.Abandon read(Abandon abandon) {
    return new ClientConnection.Abandon(
        ValueWire.key(abandon.getClient()),
        abandon.getCommandId(),
        ValueWire.replyTo(abandon.getReplyTo()));
  }

  static Disconnect write(ClientConnection.Disconnect disconnect) {
    return Disconnect.newBuilder()
        .setClient(ValueWire.key(disconnect.client()))
        .setGoodbye(ValueWire.goodbye(disconnect.goodbye()))
        .setReplyTo(ValueWire.replyTo(disconnect.replyTo()))
        .build();
  }

  static ClientConnection.Disconnect read(Disconnect disconnect) {
    return new ClientConnection.Disconnect(
        ValueWire.key(disconnect.getClient()),
        ValueWire.goodbye(disconnect.getGoodbye()),
        ValueWire.replyTo(disconnect.getReplyTo()));
  }

  static Inspect write(ClientConnection.Inspect inspect) {
    return Inspect.newBuilder()
        .setClient(ValueWire.key(inspect.client()))
        .setCommandId(inspect.commandId())
        .setReplyTo(ValueWire.replyTo(inspect.replyTo()))
        .build();
  }

  static ClientConnection.Inspect read(Inspect inspect) {
    return new ClientConnection.Inspect(
        ValueWire.key(inspect.getClient()),
        inspect.getCommandId(),
        ValueWire.replyTo(inspect.getReplyTo()));
  }

  static Attach write(ClientConnection.Attach attach) {
    return Attach.newBuilder()
        .setStream(ValueWire.stream(attach.stream()))
        .setHello(ValueWire.hello(attach.hello()))
        .addAllSent(attach.sent())
        .setAgain(attach.again())
        .setInherited(attach.inherited())
        .setTakesBatches(attach.takesBatches())
        .build();
  }

  static ClientConnection.Attach read(Attach attach) {
    return new ClientConnection.Attach(
        ValueWire.stream(attach.getStream()),
        ValueWire.hello(attach.getHello()),
        new LinkedHashSet<>(attach.getSentList()),
        attach.getAgain(),
        attach.getInherited(),
        attach.getTakesBatches());
  }

  static StillAttached write(ClientConnection.StillAttached still) {
    return StillAttached.newBuilder()
        .setClient(ValueWire.key(still.client()))
        .setStream(ValueWire.stream(still.stream()))
        .setEpoch(still.epoch())
        .setLastHeard(ValueWire.timestamp(still.lastHeard()))
        .setArrived(still.arrived())
        .setResults(still.results())
        .build();
  }

  static ClientConnection.StillAttached read(StillAttached still) {
    return new ClientConnection.StillAttached(
        ValueWire.key(still.getClient()),
        ValueWire.stream(still.getStream()),
        still.getEpoch(),
        ValueWire.instant(still.getLastHeard()),
        still.getArrived(),
        still.getResults());
  }

  static Inherit write(ClientConnection.Inherit inherit, InstantSource clock) {
    Inherit.Builder builder =
        Inherit.newBuilder()
            .setClient(ValueWire.key(inherit.client()))
            .setCommand(ValueWire.command(inherit.command(), clock))
            .setSentToInstance(inherit.sentToInstance())
            .setCancelRequested(inherit.cancelRequested())
            .setRedelivered(inherit.redelivered());
    inherit.waiting().forEach(to -> builder.addWaiting(ValueWire.replyTo(to)));
    inherit.abandoned().forEach(to -> builder.addAbandoned(ValueWire.replyTo(to)));
    inherit.cancelWaiting().forEach(to -> builder.addCancelWaiting(ValueWire.replyTo(to)));
    if (inherit.reached() != null) {
      builder.setReached(ValueWire.receipt(inherit.reached()));
    }
    return builder.build();
  }

  static ClientConnection.Inherit read(Inherit inherit, InstantSource clock) {
    boolean isWaiting = inherit.getReached() == Receipt.RECEIPT_UNSPECIFIED;
    return new ClientConnection.Inherit(
        ValueWire.key(inherit.getClient()),
        ValueWire.command(inherit.getCommand(), clock),
        inherit.getWaitingList().stream().map(ValueWire::replyTo).toList(),
        inherit.getAbandonedList().stream().map(ValueWire::replyTo).toList(),
        inherit.getCancelWaitingList().stream().map(ValueWire::replyTo).toList(),
        isWaiting ? null : ValueWire.receipt(inherit.getReached()),
        inherit.getSentToInstance(),
        inherit.getCancelRequested(),
        inherit.getRedelivered());
  }

  static InheritEnded write(ClientConnection.InheritEnded inherit, InstantSource clock) {
    InheritEnded.Builder builder =
        InheritEnded.newBuilder().setClient(ValueWire.key(inherit.client()));
    inherit.commands().forEach(known -> builder.addCommands(write(known, clock)));
    inherit
        .latest()
        .forEach(
            latest -> builder.addLatestBuilder().setNode(latest.node()).setTicket(latest.ticket()));
    return builder.build();
  }

  static EndedCommand write(RecentOutcomes.Known known, InstantSource clock) {
    RecentOutcomes.Ended ended = known.ended();
    EndedCommand.Builder builder =
        EndedCommand.newBuilder()
            .setCommandId(known.commandId())
            .setTypeUrl(ended.typeUrl())
            .setOutcome(ValueWire.outcome(ended.outcome()))
            .setEndedAt(ValueWire.timestamp(Instant.ofEpochMilli(ended.atMillis())))
            .setAge(ValueWire.duration(Duration.ofMillis(clock.millis() - ended.atMillis())));
    Fingerprint print = ended.fingerprint();
    if (print != null) {
      builder
          .getFingerprintBuilder()
          .setSize(print.size())
          .setHash(print.hash())
          .setCrc(print.crc());
    }
    return builder.build();
  }

  static ClientConnection.InheritEnded read(InheritEnded inherit, InstantSource clock) {
    return new ClientConnection.InheritEnded(
        ValueWire.key(inherit.getClient()),
        inherit.getCommandsList().stream().map(command -> read(command, clock)).toList(),
        inherit.getLatestList().stream()
            .map(latest -> new SendSequence.Latest(latest.getNode(), latest.getTicket()))
            .toList());
  }

  private static RecentOutcomes.Known read(EndedCommand command, InstantSource clock) {
    var print = command.getFingerprint();
    return new RecentOutcomes.Known(
        command.getCommandId(),
        new RecentOutcomes.Ended(
            command.hasFingerprint()
                ? new Fingerprint(print.getSize(), print.getHash(), print.getCrc())
                : null,
            command.getTypeUrl(),
            ValueWire.outcome(command.getOutcome()),
            command.hasAge()
                ? clock.millis() - ValueWire.duration(command.getAge()).toMillis()
                : ValueWire.instant(command.getEndedAt()).toEpochMilli()));
  }

  static Taken write(ClientConnection.Taken taken) {
    return Taken.newBuilder()
        .setStream(ValueWire.stream(taken.stream()))
        .setDeliveries(taken.deliveries())
        .build();
  }

  static ClientConnection.Taken read(Taken taken) {
    return new ClientConnection.Taken(ValueWire.stream(taken.getStream()), taken.getDeliveries());
  }

  static NotWritten write(ClientConnection.NotWritten notWritten) {
    return NotWritten.newBuilder()
        .setStream(ValueWire.stream(notWritten.stream()))
        .setCommandId(notWritten.commandId())
        .setMessage(notWritten.message())
        .setExpired(notWritten.expired())
        .build();
  }

  static ClientConnection.NotWritten read(NotWritten notWritten) {
    return new ClientConnection.NotWritten(
        ValueWire.stream(notWritten.getStream()),
        notWritten.getCommandId(),
        notWritten.getMessage(),
        notWritten.getExpired());
  }

  static DeliveriesMissed write(ClientConnection.DeliveriesMissed missed) {
    return DeliveriesMissed.newBuilder()
        .setStream(ValueWire.stream(missed.stream()))
        .setArrived(missed.arrived())
        .build();
  }

  static ClientConnection.DeliveriesMissed read(DeliveriesMissed missed) {
    return new ClientConnection.DeliveriesMissed(
        ValueWire.stream(missed.getStream()), missed.getArrived());
  }

  static Received write(ClientConnection.Received received) {
    return Received.newBuilder()
        .setStream(ValueWire.stream(received.stream()))
        .addAllCommandIds(received.commandIds())
        .build();
  }

  static ClientConnection.Received read(Received received) {
    return new ClientConnection.Received(
        ValueWire.stream(received.getStream()), received.getCommandIdsList());
  }

  static Progressed write(ClientConnection.Progressed progressed) {
    return Progressed.newBuilder()
        .setStream(ValueWire.stream(progressed.stream()))
        .setCommandId(progressed.commandId())
        .setProgress(ValueWire.progress(progressed.progress()))
        .build();
  }

  static ClientConnection.Progressed read(Progressed progressed) {
    return new ClientConnection.Progressed(
        ValueWire.stream(progressed.getStream()),
        progressed.getCommandId(),
        ValueWire.progress(progressed.getProgress()));
  }

  static Detach write(ClientConnection.Detach detach) {
    return Detach.newBuilder()
        .setStream(ValueWire.stream(detach.stream()))
        .setLeaving(detach.leaving())
        .setReturnsWithinMillis(detach.returnsWithinMillis())
        .build();
  }

  static ClientConnection.Detach read(Detach detach) {
    return new ClientConnection.Detach(
        ValueWire.stream(detach.getStream()), detach.getLeaving(), detach.getReturnsWithinMillis());
  }
}
