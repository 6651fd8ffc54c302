package org.streamingcommands.connection;

import java.time.InstantSource;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.streamingcommands.cluster.v1.Attached;
import org.streamingcommands.cluster.v1.CancelAnswered;
import org.streamingcommands.cluster.v1.CancelFrame;
import org.streamingcommands.cluster.v1.ClientsListed;
import org.streamingcommands.cluster.v1.Confirmed;
import org.streamingcommands.cluster.v1.DisconnectAnswered;
import org.streamingcommands.cluster.v1.Ended;
import org.streamingcommands.cluster.v1.EntityHere;
import org.streamingcommands.cluster.v1.Farewell;
import org.streamingcommands.cluster.v1.IntroduceAgain;
import org.streamingcommands.cluster.v1.LegacyLeft;
import org.streamingcommands.cluster.v1.ListClients;
import org.streamingcommands.cluster.v1.PayloadTold;
import org.streamingcommands.cluster.v1.PayloadUnknown;
import org.streamingcommands.cluster.v1.ProgressMade;
import org.streamingcommands.cluster.v1.ReceiptReached;
import org.streamingcommands.cluster.v1.Reject;
import org.streamingcommands.cluster.v1.ResultsMissed;
import org.streamingcommands.cluster.v1.SendMany;
import org.streamingcommands.cluster.v1.Unwatch;
import org.streamingcommands.cluster.v1.Watch;
import org.streamingcommands.cluster.v1.WatchEvent;
import org.streamingcommands.cluster.v1.WatchSnapshot;
import org.streamingcommands.command.CancelResult;

/**
 * Both directions of {@code cluster/v1/gateway.proto}, but for what every ask has: see {@link
 * DeliverBytes} and {@link BatchBytes}.
 */
final class GatewayWire {
  private GatewayWire() {}

  static Attached write(Gateway.Attached attached, ActorRefResolver refs) {
    return Attached.newBuilder()
        .setStream(ValueWire.stream(attached.stream()))
        .setEntity(refs.toSerializationFormat(attached.entity()))
        .setEpoch(attached.epoch())
        .setTakesBatches(attached.takesBatches())
        .build();
  }

  static Gateway.Attached read(Attached attached, ActorRefResolver refs) {
    return new Gateway.Attached(
        ValueWire.stream(attached.getStream()),
        refs.resolveActorRef(attached.getEntity()),
        attached.getEpoch(),
        attached.getTakesBatches());
  }

  static PayloadTold write(Gateway.PayloadTold told) {
    return PayloadTold.newBuilder()
        .setPayloadId(told.payloadId())
        .setPayload(told.payload())
        .build();
  }

  static Gateway.PayloadTold read(PayloadTold told) {
    return new Gateway.PayloadTold(told.getPayloadId(), told.getPayload());
  }

  static CancelFrame write(Gateway.CancelFrame cancel) {
    return CancelFrame.newBuilder()
        .setStream(ValueWire.stream(cancel.stream()))
        .setCommandId(cancel.commandId())
        .build();
  }

  static Gateway.CancelFrame read(CancelFrame cancel) {
    return new Gateway.CancelFrame(ValueWire.stream(cancel.getStream()), cancel.getCommandId());
  }

  static Confirmed write(Gateway.Confirmed confirmed) {
    return Confirmed.newBuilder()
        .setStream(ValueWire.stream(confirmed.stream()))
        .setResults(confirmed.results())
        .build();
  }

  static Gateway.Confirmed read(Confirmed confirmed) {
    return new Gateway.Confirmed(ValueWire.stream(confirmed.getStream()), confirmed.getResults());
  }

  static ResultsMissed write(Gateway.ResultsMissed missed) {
    return ResultsMissed.newBuilder()
        .setStream(ValueWire.stream(missed.stream()))
        .setTaken(missed.taken())
        .build();
  }

  static Gateway.ResultsMissed read(ResultsMissed missed) {
    return new Gateway.ResultsMissed(ValueWire.stream(missed.getStream()), missed.getTaken());
  }

  static Farewell write(Gateway.Farewell farewell) {
    return Farewell.newBuilder()
        .setStream(ValueWire.stream(farewell.stream()))
        .setGoodbye(ValueWire.goodbye(farewell.goodbye()))
        .build();
  }

  static Gateway.Farewell read(Farewell farewell) {
    return new Gateway.Farewell(
        ValueWire.stream(farewell.getStream()), ValueWire.goodbye(farewell.getGoodbye()));
  }

  static Reject write(Gateway.Reject reject) {
    return Reject.newBuilder()
        .setStream(ValueWire.stream(reject.stream()))
        .setKind(Reject.Kind.valueOf("KIND_" + reject.rejection().kind().name()))
        .setMessage(reject.rejection().message())
        .build();
  }

  static Gateway.Reject read(Reject reject) {
    Rejection.Kind kind =
        switch (reject.getKind()) {
          case UNRECOGNIZED, KIND_UNSPECIFIED -> Rejection.Kind.UNAVAILABLE;
          default -> Rejection.Kind.valueOf(reject.getKind().name().substring("KIND_".length()));
        };
    return new Gateway.Reject(
        ValueWire.stream(reject.getStream()), new Rejection(kind, reject.getMessage()));
  }

  static IntroduceAgain write(Gateway.IntroduceAgain again) {
    return IntroduceAgain.newBuilder()
        .setStream(ValueWire.stream(again.stream()))
        .setInherited(again.inherited())
        .build();
  }

  static Gateway.IntroduceAgain read(IntroduceAgain again) {
    return new Gateway.IntroduceAgain(ValueWire.stream(again.getStream()), again.getInherited());
  }

  static LegacyLeft write(Gateway.LegacyLeft left) {
    return LegacyLeft.newBuilder()
        .setClient(ValueWire.key(left.client()))
        .setMessages(left.messages())
        .build();
  }

  static Gateway.LegacyLeft read(LegacyLeft left) {
    return new Gateway.LegacyLeft(ValueWire.key(left.getClient()), left.getMessages());
  }

  static ReceiptReached write(Gateway.ReceiptReached reached) {
    return ReceiptReached.newBuilder()
        .setTo(ValueWire.replyTo(reached.to()))
        .setReceipt(ValueWire.receipt(reached.receipt()))
        .build();
  }

  static Gateway.ReceiptReached read(ReceiptReached reached) {
    return new Gateway.ReceiptReached(
        ValueWire.replyTo(reached.getTo()), ValueWire.receipt(reached.getReceipt()));
  }

  static ProgressMade write(Gateway.ProgressMade made) {
    return ProgressMade.newBuilder()
        .setTo(ValueWire.replyTo(made.to()))
        .setProgress(ValueWire.progress(made.progress()))
        .build();
  }

  static Gateway.ProgressMade read(ProgressMade made) {
    return new Gateway.ProgressMade(
        ValueWire.replyTo(made.getTo()), ValueWire.progress(made.getProgress()));
  }

  static Ended write(Gateway.Ended ended) {
    return Ended.newBuilder()
        .setTo(ValueWire.replyTo(ended.to()))
        .setOutcome(ValueWire.outcome(ended.outcome()))
        .build();
  }

  static Gateway.Ended read(Ended ended) {
    return new Gateway.Ended(
        ValueWire.replyTo(ended.getTo()), ValueWire.outcome(ended.getOutcome()));
  }

  static CancelAnswered write(Gateway.CancelAnswered answered) {
    CancelAnswered.Builder builder =
        CancelAnswered.newBuilder()
            .setTo(ValueWire.replyTo(answered.to()))
            .setVerdict(
                CancelAnswered.Verdict.valueOf("VERDICT_" + answered.result().verdict().name()));
    answered.result().outcome().ifPresent(ended -> builder.setOutcome(ValueWire.outcome(ended)));
    return builder.build();
  }

  static Gateway.CancelAnswered read(CancelAnswered answered) {
    CancelResult.Verdict verdict =
        switch (answered.getVerdict()) {
          case UNRECOGNIZED, VERDICT_UNSPECIFIED -> CancelResult.Verdict.NOT_CONFIRMED;
          default ->
              CancelResult.Verdict.valueOf(
                  answered.getVerdict().name().substring("VERDICT_".length()));
        };
    return new Gateway.CancelAnswered(
        ValueWire.replyTo(answered.getTo()),
        new CancelResult(
            verdict,
            answered.hasOutcome()
                ? Optional.of(ValueWire.outcome(answered.getOutcome()))
                : Optional.empty()));
  }

  static DisconnectAnswered write(Gateway.DisconnectAnswered answered) {
    return DisconnectAnswered.newBuilder()
        .setTo(ValueWire.replyTo(answered.to()))
        .setWasConnected(answered.wasConnected())
        .build();
  }

  static Gateway.DisconnectAnswered read(DisconnectAnswered answered) {
    return new Gateway.DisconnectAnswered(
        ValueWire.replyTo(answered.getTo()), answered.getWasConnected());
  }

  static ListClients write(Gateway.ListClients list, ActorRefResolver refs) {
    ListClients.Builder builder =
        ListClients.newBuilder()
            .setReplyTo(refs.toSerializationFormat(list.replyTo()))
            .setSelector(list.selector())
            .setSearch(list.search())
            .setLimit(list.limit());
    if (list.service() != null) {
      builder.setService(list.service());
    }
    if (list.after() != null) {
      builder.setAfter(ValueWire.key(list.after()));
    }
    return builder.build();
  }

  static Gateway.ListClients read(ListClients list, ActorRefResolver refs) {
    return new Gateway.ListClients(
        refs.resolveActorRef(list.getReplyTo()),
        list.getService().isEmpty() ? null : list.getService(),
        list.getSelector(),
        list.getSearch(),
        list.hasAfter() ? ValueWire.key(list.getAfter()) : null,
        list.getLimit());
  }

  static ClientsListed write(Gateway.ClientsListed listed) {
    ClientsListed.Builder builder =
        ClientsListed.newBuilder()
            .setNode(listed.node())
            .setMore(listed.more())
            .setTakesMany(listed.takesMany());
    listed.clients().forEach(client -> builder.addClients(connected(client)));
    return builder.build();
  }

  static Gateway.ClientsListed read(ClientsListed listed) {
    return new Gateway.ClientsListed(
        listed.getNode(),
        listed.getClientsList().stream().map(GatewayWire::connected).toList(),
        listed.getMore(),
        listed.getTakesMany());
  }

  static SendMany write(Gateway.SendMany sends, InstantSource clock) {
    SendMany.Builder builder =
        SendMany.newBuilder()
            .setNode(sends.node())
            .setPayloadId(sends.payloadId())
            .setCommandId(sends.commandId())
            .setPriority(ValueWire.priority(sends.priority()))
            .setCoalescingKey(sends.coalescingKey());
    if (sends.payload() != null) {
      builder.setPayload(sends.payload());
    }
    for (Gateway.SendMany.Entry entry : sends.entries()) {
      builder
          .addEntriesBuilder()
          .setClient(ValueWire.key(entry.client()))
          .setTicket(entry.ticket())
          .setBehind(ValueWire.behind(entry.ticket(), entry.after()))
          .setTimeLeft(ValueWire.timeLeft(entry.deadline(), clock))
          .putAllHeaders(entry.headers());
    }
    return builder.build();
  }

  static Gateway.SendMany read(SendMany sends, InstantSource clock) {
    return new Gateway.SendMany(
        sends.getNode(),
        sends.getPayloadId(),
        sends.hasPayload() ? sends.getPayload() : null,
        sends.getCommandId(),
        ValueWire.priority(sends.getPriority()),
        sends.getCoalescingKey(),
        sends.getEntriesList().stream().map(entry -> read(entry, clock)).toList());
  }

  private static Gateway.SendMany.Entry read(SendMany.Entry entry, InstantSource clock) {
    return new Gateway.SendMany.Entry(
        ValueWire.key(entry.getClient()),
        entry.getTicket(),
        ValueWire.after(entry.getTicket(), entry.getBehind()),
        ValueWire.deadline(entry.getTimeLeft(), clock),
        entry.getHeadersMap());
  }

  static EntityHere write(Gateway.EntityHere here) {
    return EntityHere.newBuilder()
        .setClient(ValueWire.key(here.client()))
        .setNode(here.node())
        .build();
  }

  static Gateway.EntityHere read(EntityHere here) {
    return new Gateway.EntityHere(ValueWire.key(here.getClient()), here.getNode());
  }

  static PayloadUnknown write(Gateway.PayloadUnknown unknown) {
    return PayloadUnknown.newBuilder().addAllTickets(unknown.tickets()).build();
  }

  static Gateway.PayloadUnknown read(PayloadUnknown unknown) {
    return new Gateway.PayloadUnknown(unknown.getTicketsList());
  }

  static Watch write(Gateway.Watch watch, ActorRefResolver refs) {
    return Watch.newBuilder()
        .setReplyTo(refs.toSerializationFormat(watch.replyTo()))
        .setSubscription(watch.subscription())
        .build();
  }

  static Gateway.Watch read(Watch watch, ActorRefResolver refs) {
    return new Gateway.Watch(refs.resolveActorRef(watch.getReplyTo()), watch.getSubscription());
  }

  static Unwatch write(Gateway.Unwatch unwatch, ActorRefResolver refs) {
    return Unwatch.newBuilder()
        .setReplyTo(refs.toSerializationFormat(unwatch.replyTo()))
        .setSubscription(unwatch.subscription())
        .build();
  }

  static Gateway.Unwatch read(Unwatch unwatch, ActorRefResolver refs) {
    return new Gateway.Unwatch(
        refs.resolveActorRef(unwatch.getReplyTo()), unwatch.getSubscription());
  }

  static WatchSnapshot write(ClusterPresence.WatchSnapshot part) {
    WatchSnapshot.Builder builder =
        WatchSnapshot.newBuilder()
            .setNode(part.node())
            .setSubscription(part.subscription())
            .setSequence(part.sequence())
            .setLast(part.last());
    part.clients().forEach(client -> builder.addClients(connected(client)));
    return builder.build();
  }

  static ClusterPresence.WatchSnapshot read(WatchSnapshot part) {
    return new ClusterPresence.WatchSnapshot(
        part.getNode(),
        part.getSubscription(),
        part.getSequence(),
        part.getClientsList().stream().map(GatewayWire::connected).toList(),
        part.getLast());
  }

  static WatchEvent write(ClusterPresence.WatchEvent event) {
    WatchEvent.Builder builder =
        WatchEvent.newBuilder()
            .setNode(event.node())
            .setSubscription(event.subscription())
            .setSequence(event.sequence())
            .setKind(WatchEvent.Kind.valueOf("KIND_" + event.change().name()));
    if (event.client() != null) {
      builder.setClient(connected(event.client()));
    }
    return builder.build();
  }

  static ClusterPresence.WatchEvent read(WatchEvent event) {
    PresenceBoard.Change change =
        switch (event.getKind()) {
          case UNRECOGNIZED, KIND_UNSPECIFIED -> PresenceBoard.Change.ALIVE;
          default ->
              PresenceBoard.Change.valueOf(event.getKind().name().substring("KIND_".length()));
        };
    return new ClusterPresence.WatchEvent(
        event.getNode(),
        event.getSubscription(),
        event.getSequence(),
        change,
        event.hasClient() ? connected(event.getClient()) : null);
  }

  static org.streamingcommands.cluster.v1.ConnectedClient connected(ConnectedClient client) {
    return org.streamingcommands.cluster.v1.ConnectedClient.newBuilder()
        .setClient(ValueWire.key(client.client()))
        .setSessionId(client.sessionId())
        .setEpoch(client.epoch())
        .putAllLabels(client.labels())
        .setClientVersion(client.clientVersion())
        .setConnectedSince(ValueWire.timestamp(client.connectedSince()))
        .setLastSeen(ValueWire.timestamp(client.lastSeen()))
        .setQueueDepth(client.queueDepth())
        .setInFlight(client.inFlight())
        .setNode(client.node())
        .build();
  }

  static ConnectedClient connected(org.streamingcommands.cluster.v1.ConnectedClient client) {
    return new ConnectedClient(
        ValueWire.key(client.getClient()),
        client.getSessionId(),
        client.getEpoch(),
        client.getLabelsMap(),
        client.getClientVersion(),
        ValueWire.instant(client.getConnectedSince()),
        ValueWire.instant(client.getLastSeen()),
        client.getQueueDepth(),
        client.getInFlight(),
        client.getNode());
  }
}
