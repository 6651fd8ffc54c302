package org.streamingcommands.connection;

import java.util.Optional;
import org.streamingcommands.cluster.v1.EndedView;
import org.streamingcommands.cluster.v1.Inspected;
import org.streamingcommands.cluster.v1.PendingView;
import org.streamingcommands.cluster.v1.Receipt;

/** Both directions of what an entity tells of its client. */
final class ViewWire {
  private ViewWire() {}

  static Inspected write(Gateway.Inspected inspected) {
    ClientView view = inspected.view();
    Inspected.Builder builder = Inspected.newBuilder().setTo(ValueWire.replyTo(inspected.to()));
    view.connection().ifPresent(client -> builder.setConnection(GatewayWire.connected(client)));
    view.pending().forEach(pending -> builder.addPending(write(pending)));
    view.ended().forEach(ended -> builder.addEnded(write(ended)));
    return builder.build();
  }

  static Gateway.Inspected read(Inspected inspected) {
    return new Gateway.Inspected(
        ValueWire.replyTo(inspected.getTo()),
        new ClientView(
            inspected.hasConnection()
                ? Optional.of(GatewayWire.connected(inspected.getConnection()))
                : Optional.empty(),
            inspected.getPendingList().stream().map(ViewWire::read).toList(),
            inspected.getEndedList().stream().map(ViewWire::read).toList()));
  }

  private static PendingView write(ClientView.Pending pending) {
    PendingView.Builder builder =
        PendingView.newBuilder()
            .setCommandId(pending.commandId())
            .setTypeUrl(pending.typeUrl())
            .setDeadline(ValueWire.timestamp(pending.deadline()))
            .setPercent(pending.percent());
    pending.reached().ifPresent(receipt -> builder.setReached(ValueWire.receipt(receipt)));
    return builder.build();
  }

  private static ClientView.Pending read(PendingView pending) {
    boolean isWaiting = pending.getReached() == Receipt.RECEIPT_UNSPECIFIED;
    return new ClientView.Pending(
        pending.getCommandId(),
        pending.getTypeUrl(),
        isWaiting ? Optional.empty() : Optional.of(ValueWire.receipt(pending.getReached())),
        ValueWire.instant(pending.getDeadline()),
        pending.getPercent());
  }

  private static EndedView write(ClientView.Ended ended) {
    return EndedView.newBuilder()
        .setCommandId(ended.commandId())
        .setTypeUrl(ended.typeUrl())
        .setOutcome(ValueWire.outcome(ended.outcome()))
        .setAt(ValueWire.timestamp(ended.at()))
        .build();
  }

  private static ClientView.Ended read(EndedView ended) {
    return new ClientView.Ended(
        ended.getCommandId(),
        ended.getTypeUrl(),
        ValueWire.outcome(ended.getOutcome()),
        ValueWire.instant(ended.getAt()));
  }
}
