package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Payloads that other nodes told once for many messages that follow. Bounded by bytes, the least
 * used go first; whoever refers to one that is not here must be able to say it again. Not
 * thread-safe.
 */
final class PayloadStore<K> {
  private static final long MOST_BYTES = 16 << 20;

  /** The least used first. */
  private final Map<K, Any> payloads = new LinkedHashMap<>(16, 0.75f, true);

  private long bytes;

  /** One alone may have more than all together. */
  void keep(K key, Any payload) {
    Any former = payloads.put(key, payload);
    bytes += payload.getSerializedSize() - (former == null ? 0 : former.getSerializedSize());
    Iterator<Any> eldest = payloads.values().iterator();
    while (bytes > MOST_BYTES && payloads.size() > 1) {
      bytes -= eldest.next().getSerializedSize();
      eldest.remove();
    }
  }

  /** Null where it is not here. */
  @Nullable Any find(K key) {
    return payloads.get(key);
  }
}
