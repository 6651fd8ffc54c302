package org.streamingcommands.connection;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.streamingcommands.cluster.v1.Batch;

/** A {@link Gateway.Batch} in the bytes of {@code cluster/v1/gateway.proto}. */
final class BatchBytes {
  private static final int ITEMS =
      Batch.ITEMS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int RECIPIENT =
      Batch.Item.RECIPIENT_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int MANIFEST =
      Batch.Item.MANIFEST_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int MESSAGE =
      Batch.Item.MESSAGE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private static final int OFFER =
      Batch.TRUNK_OFFER_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int BEGINS =
      Batch.TRUNK_BEGINS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private BatchBytes() {}

  static byte[] write(Gateway.Batch batch) {
    List<Gateway.Batch.Item> items = batch.items();
    WireBytes out = new WireBytes(items.stream().mapToInt(Gateway.Batch.Item::size).sum());
    out.bytes(Batch.TRUNK_BEGINS_FIELD_NUMBER, batch.begins());
    if (batch.offer() != null) {
      int end = out.size();
      out.raw(offer(batch.offer()).toByteArray());
      out.message(Batch.TRUNK_OFFER_FIELD_NUMBER, end);
    }
    for (int i = items.size() - 1; i >= 0; i--) {
      Gateway.Batch.Item item = items.get(i);
      int end = out.size();
      out.bytes(Batch.Item.MESSAGE_FIELD_NUMBER, item.message());
      out.string(Batch.Item.MANIFEST_FIELD_NUMBER, item.manifest());
      out.string(Batch.Item.RECIPIENT_FIELD_NUMBER, item.recipient());
      out.message(Batch.ITEMS_FIELD_NUMBER, end);
    }
    return out.toByteArray();
  }

  /** The items' messages are parts of these bytes, which must not change. */
  static Gateway.Batch read(byte[] bytes) throws IOException {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
    in.enableAliasing(true);
    List<Gateway.Batch.Item> items = new ArrayList<>();
    TrunkOffer offer = null;
    ByteString begins = ByteString.EMPTY;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case ITEMS -> items.add(readItem(in));
        case OFFER -> offer = offer(Batch.TrunkOffer.parseFrom(in.readBytes()));
        case BEGINS -> begins = in.readBytes();
        default -> ValueBytes.skip(tag, in);
      }
    }
    return new Gateway.Batch(items, offer, begins);
  }

  private static Batch.TrunkOffer offer(TrunkOffer offer) {
    return Batch.TrunkOffer.newBuilder()
        .setNode(offer.node())
        .setHost(offer.host())
        .setPort(offer.port())
        .setKey(offer.key())
        .build();
  }

  private static TrunkOffer offer(Batch.TrunkOffer offer) {
    return new TrunkOffer(offer.getNode(), offer.getHost(), offer.getPort(), offer.getKey());
  }

  private static Gateway.Batch.Item readItem(CodedInputStream in) throws IOException {
    int outer = ValueBytes.enter(in);
    String recipient = Gateway.Batch.TO_GATEWAY;
    String manifest = "";
    ByteString message = ByteString.EMPTY;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case RECIPIENT -> recipient = in.readStringRequireUtf8();
        case MANIFEST -> manifest = in.readStringRequireUtf8();
        case MESSAGE -> message = in.readBytes();
        default -> ValueBytes.skip(tag, in);
      }
    }
    in.popLimit(outer);
    return new Gateway.Batch.Item(recipient, manifest, message);
  }
}
