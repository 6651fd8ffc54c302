package org.streamingcommands.connection;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.NotSerializableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Between the nodes of this JVM: lets tests see what crosses, and loses what they say. What cannot
 * be written is lost as what a broken connection had under way.
 */
public final class LossySerializer extends SerializerWithStringManifest {
  /** Makes nodes use it. */
  static final Config CONFIG =
      ConfigFactory.parseString(
          "pekko.actor.serializers.streaming-commands = \"%s\""
              .formatted(LossySerializer.class.getName()));

  private static final CopyOnWriteArrayList<Loss> LOSSES = new CopyOnWriteArrayList<>();
  private static final CopyOnWriteArrayList<Consumer<Crossing>> WITNESSES =
      new CopyOnWriteArrayList<>();

  /** A message on its way. */
  record Crossing(Object message, int bytes) {}

  private record Loss(Predicate<Object> which, CompletableFuture<Void> done) {}

  /** Without a stack trace, which would fill the log. */
  private static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1;

    Lost(Object message) {
      super("lost by the test: " + message, null, false, false);
    }
  }

  private final ClusterSerializer serializer;

  public LossySerializer(ExtendedActorSystem system) {
    serializer = new ClusterSerializer(system);
  }

  /** The next of these is lost; completed when it was. */
  static CompletableFuture<Void> loseNext(Predicate<Object> which) {
    Loss loss = new Loss(which, new CompletableFuture<>());
    LOSSES.add(loss);
    return loss.done();
  }

  /**
   * @return ends it
   */
  static Runnable witness(Consumer<Crossing> witness) {
    WITNESSES.add(witness);
    return () -> WITNESSES.remove(witness);
  }

  @Override
  public int identifier() {
    return serializer.identifier();
  }

  @Override
  public String manifest(Object message) {
    return serializer.manifest(message);
  }

  @Override
  public byte[] toBinary(Object message) {
    for (Loss loss : LOSSES) {
      if (loss.which().test(message) && LOSSES.remove(loss)) {
        loss.done().complete(null);
        throw new Lost(message);
      }
    }
    byte[] bytes = serializer.toBinary(message);
    WITNESSES.forEach(witness -> witness.accept(new Crossing(message, bytes.length)));
    return bytes;
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    return serializer.fromBinary(bytes, manifest);
  }
}
