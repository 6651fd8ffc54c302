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

  private BatchBytes() {}

  static byte[] write(Gateway.Batch batch) {
    List<Gateway.Batch.Item> items = batch.items();
    WireBytes out = new WireBytes(items.stream().mapToInt(Gateway.Batch.Item::size).sum());
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
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == ITEMS) {
        items.add(readItem(in));
      } else {
        ValueBytes.skip(tag, in);
      }
    }
    return new Gateway.Batch(items);
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
