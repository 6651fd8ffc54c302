package org.streamingcommands.api;

import io.grpc.Status;
import java.time.Duration;
import java.util.Arrays;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.connection.ClientView;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Histogram;
import org.streamingcommands.connection.Load;
import org.streamingcommands.connection.SendCounts;
import org.streamingcommands.connection.Sender;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandEnded;
import org.streamingcommands.grpc.v1.CommandUnderWay;
import org.streamingcommands.grpc.v1.GetClientResponse;
import org.streamingcommands.grpc.v1.GetCommandResponse;
import org.streamingcommands.grpc.v1.GetNodeResponse;
import org.streamingcommands.grpc.v1.NodeFigures;
import org.streamingcommands.grpc.v1.NodeInfo;
import org.streamingcommands.json.JsonTypes;

/** What an operator looks at, in the words of the api. */
final class Views {
  private Views() {}

  static GetClientResponse client(ClientView view) {
    GetClientResponse.Builder response = GetClientResponse.newBuilder();
    view.connection().ifPresent(client -> response.setConnection(Listings.info(client)));
    view.pending().forEach(pending -> response.addUnderWay(underWay(pending)));
    view.ended().forEach(ended -> response.addEnded(ended(ended)));
    return response.build();
  }

  /**
   * @param view asked for this command alone
   * @throws io.grpc.StatusRuntimeException NOT_FOUND where it holds none
   */
  static GetCommandResponse command(ClientView view, String commandId) {
    GetCommandResponse.Builder response = GetCommandResponse.newBuilder();
    if (!view.pending().isEmpty()) {
      return response.setUnderWay(underWay(view.pending().get(0))).build();
    }
    if (!view.ended().isEmpty()) {
      return response.setEnded(ended(view.ended().get(0))).build();
    }
    throw Status.NOT_FOUND
        .withDescription("command_id: '%s' is not known, or not any more".formatted(commandId))
        .asRuntimeException();
  }

  private static CommandUnderWay underWay(ClientView.Pending pending) {
    return CommandUnderWay.newBuilder()
        .setCommandId(pending.commandId())
        .setType(JsonTypes.name(pending.typeUrl()))
        .setReceipt(
            pending
                .reached()
                .map((Receipt receipt) -> Wire.receipt(receipt))
                .orElse(org.streamingcommands.grpc.v1.Receipt.RECEIPT_UNSPECIFIED))
        .setDeadline(Wire.timestamp(pending.deadline()))
        .setPercent(pending.percent())
        .build();
  }

  private static CommandEnded ended(ClientView.Ended ended) {
    return CommandEnded.newBuilder()
        .setCommandId(ended.commandId())
        .setType(JsonTypes.name(ended.typeUrl()))
        .setOutcome(Wire.outcome(ended.outcome()))
        .setEndedAt(Wire.timestamp(ended.at()))
        .build();
  }

  static GetNodeResponse node(Connections connections) {
    GetNodeResponse.Builder response =
        GetNodeResponse.newBuilder().setNode(connections.node()).setFigures(figures(connections));
    connections
        .members()
        .forEach(
            member ->
                response.addNodes(
                    NodeInfo.newBuilder()
                        .setNode(member.node())
                        .setStatus(member.status())
                        .setReachable(member.reachable())
                        .addAllRoles(member.roles())));
    return response.build();
  }

  private static NodeFigures figures(Connections connections) {
    Load load = connections.load();
    Counters counters = connections.counters();
    NodeFigures.Builder figures =
        NodeFigures.newBuilder()
            .setOpenStreams(connections.openStreams())
            .setConnected(load.clients())
            .setQueued(load.queued())
            .setInFlight(load.inFlight())
            .setDraining(connections.isDraining())
            .setBytesSent(counters.bytesSent.sum())
            .setBytesReceived(counters.bytesReceived.sum());
    for (Sender.Mode mode : Sender.Mode.values()) {
      add(counters.sends(mode), figures);
    }
    long[] durations = counters.sends(Sender.Mode.LOCAL).duration.counts();
    long[] remote = counters.sends(Sender.Mode.REMOTE).duration.counts();
    Arrays.setAll(durations, i -> durations[i] + remote[i]);
    return figures
        .setSlowestHandOver(Wire.duration(Duration.ofNanos(counters.slowestHandOver.get())))
        .setLatencyP50(seconds(Histogram.quantileSeconds(0.5, durations)))
        .setLatencyP99(seconds(Histogram.quantileSeconds(0.99, durations)))
        .build();
  }

  private static void add(SendCounts counts, NodeFigures.Builder figures) {
    add(figures, "COMPLETED", counts.completed.sum());
    add(figures, "FAILED", counts.failed.sum());
    add(figures, "CANCELLED", counts.cancelled.sum());
    for (Reason reason : Reason.values()) {
      add(figures, reason.name(), counts.undelivered(reason).sum());
    }
  }

  private static void add(NodeFigures.Builder figures, String outcome, long count) {
    if (count > 0) {
      figures.putSends(outcome, figures.getSendsOrDefault(outcome, 0) + count);
    }
  }

  private static com.google.protobuf.Duration seconds(double seconds) {
    return Wire.duration(Duration.ofNanos((long) (seconds * 1e9)));
  }
}
