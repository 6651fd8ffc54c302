package org.streamingcommands.client;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Packs commands, as {@link Any#pack} does, which spells the URL of a type out for each of its
 * messages anew.
 */
final class Payloads {
  private static final String PREFIX = "type.googleapis.com/";

  private record Named(Descriptor type, String url) {}

  /** The type of the class's last message: generated classes have one, DynamicMessage has many. */
  private static final ClassValue<AtomicReference<@Nullable Named>> LAST =
      new ClassValue<>() {
        @Override
        protected AtomicReference<@Nullable Named> computeValue(Class<?> messages) {
          return new AtomicReference<>();
        }
      };

  private Payloads() {}

  static Any pack(Message message) {
    return Any.newBuilder().setTypeUrl(typeUrl(message)).setValue(message.toByteString()).build();
  }

  private static String typeUrl(Message message) {
    Descriptor type = message.getDescriptorForType();
    AtomicReference<@Nullable Named> last = LAST.get(message.getClass());
    Named named = last.get();
    if (named == null || named.type != type) {
      named = new Named(type, PREFIX + type.getFullName());
      last.set(named);
    }
    return named.url;
  }
}
