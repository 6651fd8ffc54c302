package org.streamingcommands.connection;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.io.NotSerializableException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.streamingcommands.cluster.v1.Abandon;
import org.streamingcommands.cluster.v1.Attach;
import org.streamingcommands.cluster.v1.Attached;
import org.streamingcommands.cluster.v1.Cancel;
import org.streamingcommands.cluster.v1.CancelAnswered;
import org.streamingcommands.cluster.v1.CancelFrame;
import org.streamingcommands.cluster.v1.ClientsListed;
import org.streamingcommands.cluster.v1.Confirmed;
import org.streamingcommands.cluster.v1.DeliveriesMissed;
import org.streamingcommands.cluster.v1.Detach;
import org.streamingcommands.cluster.v1.Disconnect;
import org.streamingcommands.cluster.v1.DisconnectAnswered;
import org.streamingcommands.cluster.v1.Ended;
import org.streamingcommands.cluster.v1.EntityHere;
import org.streamingcommands.cluster.v1.Farewell;
import org.streamingcommands.cluster.v1.Inherit;
import org.streamingcommands.cluster.v1.InheritEnded;
import org.streamingcommands.cluster.v1.Inspect;
import org.streamingcommands.cluster.v1.Inspected;
import org.streamingcommands.cluster.v1.IntroduceAgain;
import org.streamingcommands.cluster.v1.LegacyLeft;
import org.streamingcommands.cluster.v1.ListClients;
import org.streamingcommands.cluster.v1.NotWritten;
import org.streamingcommands.cluster.v1.PayloadTold;
import org.streamingcommands.cluster.v1.PayloadUnknown;
import org.streamingcommands.cluster.v1.ProgressMade;
import org.streamingcommands.cluster.v1.Progressed;
import org.streamingcommands.cluster.v1.ReceiptReached;
import org.streamingcommands.cluster.v1.Received;
import org.streamingcommands.cluster.v1.Reject;
import org.streamingcommands.cluster.v1.ResultsMissed;
import org.streamingcommands.cluster.v1.SendMany;
import org.streamingcommands.cluster.v1.StillAttached;
import org.streamingcommands.cluster.v1.Taken;
import org.streamingcommands.cluster.v1.Unwatch;
import org.streamingcommands.cluster.v1.Watch;
import org.streamingcommands.cluster.v1.WatchEvent;
import org.streamingcommands.cluster.v1.WatchSnapshot;

/**
 * Everything that is {@link ClusterMessage}, as the protobuf of {@code cluster/v1}. Its id and the
 * manifests are part of the wire: they never change and are never used again for anything else. A
 * node that meets a manifest of a newer version drops that message and keeps the connection.
 */
final class ClusterSerializer extends SerializerWithStringManifest {
  /** Above 40, which is Pekko's own; the only one of this project. */
  static final int ID = 7400;

  @FunctionalInterface
  private interface Reader {
    Object read(byte[] bytes) throws IOException;
  }

  private record Codec(String manifest, Function<Object, byte[]> writer, Reader reader) {}

  private final Map<Class<?>, Codec> byType = new HashMap<>();
  private final Map<String, Codec> byManifest = new HashMap<>();

  ClusterSerializer(ExtendedActorSystem system) {
    this(system, InstantSource.system());
  }

  /**
   * @param clock by which deadlines count here
   */
  ClusterSerializer(ExtendedActorSystem system, InstantSource clock) {
    ActorRefResolver refs = ActorRefResolver.get(Adapter.toTyped(system));
    // To entities.
    add(
        "S",
        ClientConnection.Send.class,
        send -> SendBytes.write(send, clock),
        bytes -> SendBytes.read(bytes, clock));
    add("C", ClientConnection.Cancel.class, EntityWire::write, Cancel.parser(), EntityWire::read);
    add(
        "D",
        ClientConnection.Disconnect.class,
        EntityWire::write,
        Disconnect.parser(),
        EntityWire::read);
    add("A", ClientConnection.Attach.class, EntityWire::write, Attach.parser(), EntityWire::read);
    add(
        "SA",
        ClientConnection.StillAttached.class,
        EntityWire::write,
        StillAttached.parser(),
        EntityWire::read);
    add(
        "I",
        ClientConnection.Inherit.class,
        inherit -> EntityWire.write(inherit, clock),
        Inherit.parser(),
        inherit -> EntityWire.read(inherit, clock));
    add(
        "IE",
        ClientConnection.InheritEnded.class,
        inherit -> EntityWire.write(inherit, clock),
        InheritEnded.parser(),
        inherit -> EntityWire.read(inherit, clock));
    add("T", ClientConnection.Taken.class, EntityWire::write, Taken.parser(), EntityWire::read);
    add(
        "NW",
        ClientConnection.NotWritten.class,
        EntityWire::write,
        NotWritten.parser(),
        EntityWire::read);
    add(
        "DM",
        ClientConnection.DeliveriesMissed.class,
        EntityWire::write,
        DeliveriesMissed.parser(),
        EntityWire::read);
    add(
        "R",
        ClientConnection.Received.class,
        EntityWire::write,
        Received.parser(),
        EntityWire::read);
    add(
        "P",
        ClientConnection.Progressed.class,
        EntityWire::write,
        Progressed.parser(),
        EntityWire::read);
    add("O", ClientConnection.Resulted.class, ResultedBytes::write, ResultedBytes::read);
    add("X", ClientConnection.Detach.class, EntityWire::write, Detach.parser(), EntityWire::read);
    add("B", ClientConnection.Abandon.class, EntityWire::write, Abandon.parser(), EntityWire::read);
    add("N", ClientConnection.Inspect.class, EntityWire::write, Inspect.parser(), EntityWire::read);
    // Several at once.
    add("b", Gateway.Batch.class, BatchBytes::write, BatchBytes::read);
    // To streams, through their gateway.
    add(
        "gA",
        Gateway.Attached.class,
        attached -> GatewayWire.write(attached, refs),
        Attached.parser(),
        attached -> GatewayWire.read(attached, refs));
    add(
        "gD",
        Gateway.Deliver.class,
        deliver -> DeliverBytes.write(deliver, clock),
        bytes -> DeliverBytes.read(bytes, clock));
    add(
        "gP",
        Gateway.PayloadTold.class,
        GatewayWire::write,
        PayloadTold.parser(),
        GatewayWire::read);
    add(
        "gC",
        Gateway.CancelFrame.class,
        GatewayWire::write,
        CancelFrame.parser(),
        GatewayWire::read);
    add("gK", Gateway.Confirmed.class, GatewayWire::write, Confirmed.parser(), GatewayWire::read);
    add(
        "gM",
        Gateway.ResultsMissed.class,
        GatewayWire::write,
        ResultsMissed.parser(),
        GatewayWire::read);
    add("gF", Gateway.Farewell.class, GatewayWire::write, Farewell.parser(), GatewayWire::read);
    add("gX", Gateway.Reject.class, GatewayWire::write, Reject.parser(), GatewayWire::read);
    add(
        "gI",
        Gateway.IntroduceAgain.class,
        GatewayWire::write,
        IntroduceAgain.parser(),
        GatewayWire::read);
    add("gL", Gateway.LegacyLeft.class, GatewayWire::write, LegacyLeft.parser(), GatewayWire::read);
    add("gE", Gateway.EntityHere.class, GatewayWire::write, EntityHere.parser(), GatewayWire::read);
    // To senders, through their gateway.
    add(
        "sR",
        Gateway.ReceiptReached.class,
        GatewayWire::write,
        ReceiptReached.parser(),
        GatewayWire::read);
    add(
        "sP",
        Gateway.ProgressMade.class,
        GatewayWire::write,
        ProgressMade.parser(),
        GatewayWire::read);
    add("sO", Gateway.Ended.class, GatewayWire::write, Ended.parser(), GatewayWire::read);
    add(
        "sC",
        Gateway.CancelAnswered.class,
        GatewayWire::write,
        CancelAnswered.parser(),
        GatewayWire::read);
    add(
        "sD",
        Gateway.DisconnectAnswered.class,
        GatewayWire::write,
        DisconnectAnswered.parser(),
        GatewayWire::read);
    add("sN", Gateway.Inspected.class, ViewWire::write, Inspected.parser(), ViewWire::read);
    // Listings.
    add(
        "lQ",
        Gateway.ListClients.class,
        question -> GatewayWire.write(question, refs),
        ListClients.parser(),
        question -> GatewayWire.read(question, refs));
    add(
        "lA",
        Gateway.ClientsListed.class,
        GatewayWire::write,
        ClientsListed.parser(),
        GatewayWire::read);
    // One command for many clients.
    add(
        "mS",
        Gateway.SendMany.class,
        sends -> GatewayWire.write(sends, clock),
        SendMany.parser(),
        sends -> GatewayWire.read(sends, clock));
    add(
        "mU",
        Gateway.PayloadUnknown.class,
        GatewayWire::write,
        PayloadUnknown.parser(),
        GatewayWire::read);
    // Presence.
    add(
        "wQ",
        Gateway.Watch.class,
        watch -> GatewayWire.write(watch, refs),
        Watch.parser(),
        watch -> GatewayWire.read(watch, refs));
    add(
        "wX",
        Gateway.Unwatch.class,
        unwatch -> GatewayWire.write(unwatch, refs),
        Unwatch.parser(),
        unwatch -> GatewayWire.read(unwatch, refs));
    add(
        "wS",
        ClusterPresence.WatchSnapshot.class,
        GatewayWire::write,
        WatchSnapshot.parser(),
        GatewayWire::read);
    add(
        "wE",
        ClusterPresence.WatchEvent.class,
        GatewayWire::write,
        WatchEvent.parser(),
        GatewayWire::read);
  }

  private <T extends ClusterMessage, P extends MessageLite> void add(
      String manifest,
      Class<T> type,
      Function<T, P> writer,
      Parser<P> parser,
      Function<P, T> reader) {
    add(
        manifest,
        type,
        message -> writer.apply(message).toByteArray(),
        bytes -> reader.apply(parser.parseFrom(bytes)));
  }

  private <T extends ClusterMessage> void add(
      String manifest, Class<T> type, Function<T, byte[]> writer, Reader reader) {
    Codec codec = new Codec(manifest, message -> writer.apply(type.cast(message)), reader);
    byType.put(type, codec);
    byManifest.put(manifest, codec);
  }

  @Override
  public int identifier() {
    return ID;
  }

  @Override
  public String manifest(Object message) {
    return codec(message).manifest();
  }

  @Override
  public byte[] toBinary(Object message) {
    return codec(message).writer().apply(message);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    Codec codec = byManifest.get(manifest);
    if (codec == null) {
      throw new NotSerializableException(
          "a message with manifest '%s' is of a newer version".formatted(manifest));
    }
    try {
      return codec.reader().read(bytes);
    } catch (IOException | IllegalArgumentException e) {
      throw new NotSerializableException(
          "a message with manifest '%s' cannot be read: %s".formatted(manifest, e.getMessage()));
    }
  }

  private Codec codec(Object message) {
    Codec codec = byType.get(message.getClass());
    if (codec == null) {
      throw new IllegalArgumentException(message.getClass() + " does not cross nodes");
    }
    return codec;
  }
}
