package org.streamingcommands.connection;

import com.google.protobuf.UnsafeByteOperations;
import java.io.NotSerializableException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/** Messages between nodes as parts of another, by the serializer that also writes them alone. */
final class ClusterCodec {
  private final SerializerWithStringManifest serializer;

  ClusterCodec(ActorSystem<?> system) {
    serializer =
        (SerializerWithStringManifest)
            SerializationExtension.get(Adapter.toClassic(system))
                .serializerByIdentity()
                .apply(ClusterSerializer.ID);
  }

  Gateway.Batch.Item pack(String recipient, ClusterMessage message) {
    return new Gateway.Batch.Item(
        recipient,
        serializer.manifest(message),
        UnsafeByteOperations.unsafeWrap(serializer.toBinary(message)));
  }

  ClusterMessage unpack(Gateway.Batch.Item item) throws NotSerializableException {
    return (ClusterMessage) serializer.fromBinary(item.message().toByteArray(), item.manifest());
  }
}
