package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/** One of every message between nodes, with no field at its default. Never change an old one. */
final class ClusterMessages {
  private static final Any PAYLOAD = Any.pack(StringValue.of("payload"));
  private static final Instant TIME = Instant.ofEpochSecond(1_700_000_000, 123_456_789);
  private static final ClientKey CLIENT = ClientKey.of("bots", "bot-1");
  private static final StreamRef STREAM = new StreamRef("streaming@10.0.0.1:17355", 77);
  private static final ReplyTo REPLY_TO = new ReplyTo("streaming@10.0.0.2:17355", 99, true);
  private static final Goodbye GOODBYE =
      new Goodbye(Goodbye.Cause.SILENT, Duration.ofMillis(2500), "nothing was heard");
  private static final Progress PROGRESS = new Progress(42, "on it", PAYLOAD);
  private static final Command COMMAND =
      new Command("c-1", PAYLOAD, TIME, Priority.HIGH, "key", Map.of("header", "value"));
  private static final Outcome<Any> COMPLETED = new Outcome.Completed<>(PAYLOAD);
  private static final Outcome<Any> FAILED = new Outcome.Failed<>("CODE", "said why", PAYLOAD);
  private static final Outcome<Any> CANCELLED = new Outcome.Cancelled<>("stopped");
  private static final Outcome<Any> UNDELIVERED =
      new Outcome.Undelivered<>(Reason.QUEUE_FULL, Certainty.NOT_SENT, "full");

  private ClusterMessages() {}

  /** By name, in a fixed order. */
  static Map<String, ClusterMessage> all(
      ActorRef<ClientConnection.Message> entity,
      ActorRef<Gateway.ClientsListed> asker,
      ActorRef<ClusterPresence.FromNode> watcher) {
    Hello hello =
        new Hello(
            CLIENT,
            "instance",
            Map.of("region", "eu"),
            "1.2.3",
            41,
            Set.of("running-1"),
            List.of(
                new Hello.Result("r-1", COMPLETED),
                new Hello.Result("r-2", FAILED),
                new Hello.Result("r-3", CANCELLED),
                new Hello.Result("r-4", UNDELIVERED)));
    ConnectedClient connected =
        new ConnectedClient(
            CLIENT, "s#1", 42, Map.of("region", "eu"), "1.2.3", TIME, TIME, 3, 4, "node");
    Map<String, ClusterMessage> all = new LinkedHashMap<>();
    all.put("Send", new ClientConnection.Send(CLIENT, COMMAND, REPLY_TO, SendOrder.FIRST, false));
    all.put("Cancel", new ClientConnection.Cancel(CLIENT, "c-1", REPLY_TO));
    all.put("Abandon", new ClientConnection.Abandon(CLIENT, "c-1", REPLY_TO));
    all.put("Disconnect", new ClientConnection.Disconnect(CLIENT, GOODBYE, REPLY_TO));
    all.put("Attach", new ClientConnection.Attach(STREAM, hello, Set.of("sent-1"), true, 0, false));
    all.put("StillAttached", new ClientConnection.StillAttached(CLIENT, STREAM, 42, TIME, 17, 0));
    all.put(
        "Inherit",
        new ClientConnection.Inherit(
            CLIENT,
            COMMAND,
            List.of(REPLY_TO),
            List.of(),
            List.of(REPLY_TO),
            Receipt.SENT,
            "instance",
            true,
            true));
    all.put("Inspect", new ClientConnection.Inspect(CLIENT, "c-1", REPLY_TO));
    ClientConnection.InheritEnded ended =
        new ClientConnection.InheritEnded(
            CLIENT,
            List.of(
                new RecentOutcomes.Known(
                    "c-1",
                    new RecentOutcomes.Ended(
                        new Fingerprint(3, -7, 123_456_789_012L),
                        "type.googleapis.com/acme.Go",
                        COMPLETED,
                        TIME.toEpochMilli())),
                new RecentOutcomes.Known(
                    "c-2", new RecentOutcomes.Ended(null, "", FAILED, TIME.toEpochMilli()))),
            List.of());
    all.put("InheritEnded", ended);
    all.put("Taken", new ClientConnection.Taken(STREAM, 16));
    all.put("NotWritten", new ClientConnection.NotWritten(STREAM, "c-1", "no such field", false));
    all.put("Received", new ClientConnection.Received(STREAM, List.of("c-1", "c-2")));
    all.put("Progressed", new ClientConnection.Progressed(STREAM, "c-1", PROGRESS));
    all.put("Resulted", new ClientConnection.Resulted(STREAM, "c-1", FAILED, 0));
    all.put("Detach", new ClientConnection.Detach(STREAM, true, 0));
    all.put("Attached", new Gateway.Attached(STREAM, entity, 42, false));
    all.put("Deliver", new Gateway.Deliver(STREAM, new Delivery(COMMAND, 5, true), 6, null));
    all.put("CancelFrame", new Gateway.CancelFrame(STREAM, "c-1"));
    all.put("Confirmed", new Gateway.Confirmed(STREAM, 5));
    all.put("Farewell", new Gateway.Farewell(STREAM, GOODBYE));
    all.put(
        "Reject",
        new Gateway.Reject(STREAM, new Rejection(Rejection.Kind.ALREADY_CONNECTED, "is there")));
    all.put("IntroduceAgain", new Gateway.IntroduceAgain(STREAM, 0));
    all.put("LegacyLeft", new Gateway.LegacyLeft(CLIENT, 3));
    all.put("ReceiptReached", new Gateway.ReceiptReached(REPLY_TO, Receipt.RECEIVED));
    all.put("ProgressMade", new Gateway.ProgressMade(REPLY_TO, PROGRESS));
    all.put("Ended", new Gateway.Ended(REPLY_TO, UNDELIVERED));
    all.put(
        "CancelAnswered",
        new Gateway.CancelAnswered(
            REPLY_TO, new CancelResult(CancelResult.Verdict.TOO_LATE, Optional.of(COMPLETED))));
    all.put("DisconnectAnswered", new Gateway.DisconnectAnswered(REPLY_TO, true));
    all.put(
        "Inspected",
        new Gateway.Inspected(
            REPLY_TO,
            new ClientView(
                Optional.of(connected),
                List.of(
                    new ClientView.Pending("c-1", "a/b", Optional.of(Receipt.SENT), TIME, 42),
                    new ClientView.Pending("c-2", "a/b", Optional.empty(), TIME, 0)),
                List.of(new ClientView.Ended("c-3", "a/b", FAILED, TIME)))));
    all.put("ListClients", new Gateway.ListClients(asker, "bots", "region=eu", "", CLIENT, 10));
    all.put("ClientsListed", new Gateway.ClientsListed("node", List.of(connected), true, false));
    // What later versions added.
    all.put("DeliveriesMissed", new ClientConnection.DeliveriesMissed(STREAM, 8));
    all.put("ResultsMissed", new Gateway.ResultsMissed(STREAM, 9));
    all.put(
        "StillAttached/results",
        new ClientConnection.StillAttached(CLIENT, STREAM, 42, TIME, 17, 23));
    all.put(
        "NotWritten/expired",
        new ClientConnection.NotWritten(STREAM, "c-1", "the deadline passed", true));
    all.put("Resulted/sequence", new ClientConnection.Resulted(STREAM, "c-1", FAILED, 11));
    all.put("Resulted/uncounted", new ClientConnection.Resulted(STREAM, "c-1", FAILED, -1));
    all.put(
        "Attach/inherited",
        new ClientConnection.Attach(STREAM, hello, Set.of("sent-1"), true, 3, false));
    all.put("IntroduceAgain/inherited", new Gateway.IntroduceAgain(STREAM, 3));
    all.put(
        "ListClients/search",
        new Gateway.ListClients(asker, "bots", "region=eu", "bot-", CLIENT, 10));
    all.put(
        "ClientsListed/takesMany",
        new Gateway.ClientsListed("node", List.of(connected), true, true));
    List<Gateway.SendMany.Entry> entries =
        List.of(
            new Gateway.SendMany.Entry(
                CLIENT, 99, SendOrder.FIRST, TIME, Map.of("header", "value")));
    all.put(
        "SendMany", new Gateway.SendMany("node", 7, null, "c-1", Priority.HIGH, "key", entries));
    all.put(
        "SendMany/payload",
        new Gateway.SendMany("node", 7, PAYLOAD, "c-1", Priority.HIGH, "key", List.of()));
    all.put("PayloadUnknown", new Gateway.PayloadUnknown(List.of(98L, 99L)));
    all.put("InheritEnded/age", ended);
    all.put(
        "Send/timeLeft",
        new ClientConnection.Send(CLIENT, COMMAND, REPLY_TO, SendOrder.FIRST, false));
    all.put("Watch", new Gateway.Watch(watcher, 12));
    all.put("Unwatch", new Gateway.Unwatch(watcher, 12));
    all.put(
        "WatchSnapshot",
        new ClusterPresence.WatchSnapshot("node", 12, 1, List.of(connected), true));
    all.put(
        "WatchEvent",
        new ClusterPresence.WatchEvent("node", 12, 2, PresenceBoard.Change.MOVING, connected));
    all.put(
        "Inherit/abandoned",
        new ClientConnection.Inherit(
            CLIENT,
            COMMAND,
            List.of(REPLY_TO),
            List.of(REPLY_TO),
            List.of(),
            null,
            "",
            false,
            false));
    all.put(
        "Deliver/answerTo",
        new Gateway.Deliver(STREAM, new Delivery(COMMAND, 5, true), 6, REPLY_TO));
    all.put("Resulted/answered", new ClientConnection.Resulted(STREAM, "c-1", FAILED, 11, true));
    all.put("PayloadTold", new Gateway.PayloadTold(8, PAYLOAD));
    Command bare = new Delivery(COMMAND, 5, true).with(Any.getDefaultInstance()).command();
    all.put(
        "Deliver/payloadId",
        new Gateway.Deliver(STREAM, new Delivery(bare, 5, true), 6, REPLY_TO, 8));
    all.put(
        "Attach/takesBatches",
        new ClientConnection.Attach(STREAM, hello, Set.of("sent-1"), true, 3, true));
    all.put("Attached/takesBatches", new Gateway.Attached(STREAM, entity, 42, true));
    all.put(
        "Batch",
        new Gateway.Batch(
            List.of(
                new Gateway.Batch.Item(
                    Gateway.Batch.TO_GATEWAY, "gK", ByteString.copyFromUtf8("one")),
                new Gateway.Batch.Item("entity", "O", ByteString.copyFromUtf8("two")))));
    all.put(
        "Batch/trunkOffer",
        Gateway.Batch.offering(
            new TrunkOffer("node", "10.0.0.9", 7610, ByteString.copyFromUtf8("sixteen bytes it"))));
    all.put(
        "Batch/trunkBegins", Gateway.Batch.beginning(ByteString.copyFromUtf8("sixteen bytes it")));
    all.put("Send/behind", new ClientConnection.Send(CLIENT, COMMAND, REPLY_TO, 77, false));
    all.put(
        "InheritEnded/latest",
        new ClientConnection.InheritEnded(
            CLIENT, List.of(), List.of(new SendSequence.Latest("node", 99))));
    all.put(
        "SendMany/behind",
        new Gateway.SendMany(
            "node",
            7,
            null,
            "c-1",
            Priority.HIGH,
            "key",
            List.of(new Gateway.SendMany.Entry(CLIENT, 99, 77, TIME, Map.of()))));
    all.put("Send/asksWhere", new ClientConnection.Send(CLIENT, COMMAND, REPLY_TO, 77, true));
    all.put("EntityHere", new Gateway.EntityHere(CLIENT, "node"));
    return all;
  }
}
