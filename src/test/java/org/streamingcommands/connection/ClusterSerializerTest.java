package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.support.TestNode;

/** What crosses nodes is read as it was written, also by later versions. */
class ClusterSerializerTest {
  private static final ActorTestKit KIT = ActorTestKit.create("test", TestNode.config());
  private static final Serialization SERIALIZATION =
      SerializationExtension.get(KIT.system().classicSystem());
  private static final Map<String, ClusterMessage> MESSAGES =
      ClusterMessages.all(reference("entity"), reference("asker"), reference("watcher"));

  /** An actor of a node that is not here: its reference is the same in every run. */
  private static <T> ActorRef<T> reference(String name) {
    return ActorRefResolver.get(KIT.system())
        .resolveActorRef("pekko://other@10.0.0.9:17355/user/" + name + "#12345");
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void everyMessageIsReadAsItWasWritten() throws NotSerializableException {
    for (ClusterMessage message : MESSAGES.values()) {
      ClusterSerializer serializer = serializerOf(message);
      Object read =
          serializer.fromBinary(serializer.toBinary(message), serializer.manifest(message));
      assertThat(read).isEqualTo(message);
    }
  }

  @Test
  void howLongToWaitForAClientThatReturnsIsReadAsItWasWritten() throws NotSerializableException {
    StreamRef stream = ((ClientConnection.Detach) MESSAGES.get("Detach")).stream();
    ClientConnection.Detach detach = new ClientConnection.Detach(stream, false, 5_000);
    ClusterSerializer serializer = serializerOf(detach);
    assertThat(serializer.fromBinary(serializer.toBinary(detach), serializer.manifest(detach)))
        .isEqualTo(detach);
  }

  @Test
  void whoeverAddsAMessageStoresItsBytes() throws IOException {
    Map<String, String> stored = stored();
    List<String> missing = new ArrayList<>();
    MESSAGES.forEach(
        (name, message) -> {
          if (!stored.containsKey(name)) {
            missing.add(line(name, message));
          }
        });
    assertThat(String.join("\n", missing)).as("append these to the file").isEmpty();
  }

  @Test
  void everyKindOfMessageIsAmongThem() {
    Set<String> kinds = new TreeSet<>();
    collect(ClientConnection.Message.class, kinds);
    collect(Gateway.Message.class, kinds);
    collect(ClusterPresence.Message.class, kinds);
    kinds.add(Gateway.ClientsListed.class.getSimpleName());
    // It never leaves its node: between nodes, Taken says it.
    kinds.remove(ClientConnection.Credits.class.getSimpleName());
    Set<String> here = new TreeSet<>();
    // "Kind", or "Kind/field" of one that came later.
    MESSAGES.keySet().forEach(name -> here.add(name.split("/")[0]));
    assertThat(here).containsExactlyElementsOf(kinds);
    MESSAGES.forEach(
        (name, message) ->
            assertThat(message.getClass().getSimpleName()).isEqualTo(name.split("/")[0]));
  }

  private static void collect(Class<?> type, Set<String> kinds) {
    if (type.isSealed()) {
      Arrays.stream(type.getPermittedSubclasses()).forEach(kind -> collect(kind, kinds));
    } else if (ClusterMessage.class.isAssignableFrom(type)) {
      kinds.add(type.getSimpleName());
    }
  }

  @Test
  void theMessagesOfTheFirstVersionAreReadForEverAfter() throws IOException {
    Map<String, String> stored = stored();
    assertThat(stored).containsOnlyKeys(MESSAGES.keySet());
    for (Map.Entry<String, String> line : stored.entrySet()) {
      String[] parts = line.getValue().split(" ");
      ClusterMessage message = MESSAGES.get(line.getKey());
      ClusterSerializer serializer = serializerOf(message);
      assertThat(Integer.parseInt(parts[0])).isEqualTo(serializer.identifier());
      assertThat(serializer.fromBinary(Base64.getDecoder().decode(parts[2]), parts[1]))
          .isEqualTo(message);
    }
  }

  @Test
  void whatANewerVersionAddsIsPassedOver() throws IOException {
    for (ClusterMessage message : MESSAGES.values()) {
      ClusterSerializer serializer = serializerOf(message);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.write(serializer.toBinary(message));
      CodedOutputStream more = CodedOutputStream.newInstance(bytes);
      more.writeString(2000, "what is this?");
      more.flush();
      assertThat(serializer.fromBinary(bytes.toByteArray(), serializer.manifest(message)))
          .isEqualTo(message);
    }
  }

  @Test
  void aMessageOfANewerVersionIsRefusedByItsName() {
    ClusterSerializer serializer = serializerOf(MESSAGES.get("Send"));
    assertThatThrownBy(() -> serializer.fromBinary(new byte[0], "new"))
        .isInstanceOf(NotSerializableException.class)
        .hasMessageContaining("'new'");
    assertThatThrownBy(() -> serializer.fromBinary(new byte[] {1, 2, 3}, "S"))
        .isInstanceOf(NotSerializableException.class);
  }

  @Test
  void aDeadlineCountsByTheClockOfWhoeverReadsIt() throws NotSerializableException {
    ClientConnection.Send send = (ClientConnection.Send) MESSAGES.get("Send");
    Instant deadline = send.command().deadline();
    ClusterSerializer writer = serializer(deadline.minusSeconds(5));
    // An hour ahead: by its clock, the deadline of the writer's passed long ago.
    ClusterSerializer reader = serializer(deadline.plusSeconds(3_600));
    ClientConnection.Send read =
        (ClientConnection.Send) reader.fromBinary(writer.toBinary(send), writer.manifest(send));
    assertThat(read.command().deadline()).isEqualTo(deadline.plusSeconds(3_605));
    // So does the age of what ended.
    ClientConnection.InheritEnded left =
        (ClientConnection.InheritEnded) MESSAGES.get("InheritEnded");
    ClientConnection.InheritEnded inherited =
        (ClientConnection.InheritEnded)
            reader.fromBinary(writer.toBinary(left), writer.manifest(left));
    assertThat(inherited.commands().get(0).ended().atMillis())
        .isEqualTo(left.commands().get(0).ended().atMillis() + 3_605_000);
  }

  private static ClusterSerializer serializer(Instant now) {
    return new ClusterSerializer((ExtendedActorSystem) KIT.system().classicSystem(), () -> now);
  }

  /** Its time stands still, so that what it wrote it reads as the same. */
  private static ClusterSerializer serializerOf(ClusterMessage message) {
    assertThat(SERIALIZATION.findSerializerFor(message)).isInstanceOf(ClusterSerializer.class);
    return serializer(Instant.EPOCH);
  }

  private static Map<String, String> stored() throws IOException {
    try (InputStream file =
        ClusterSerializerTest.class.getResourceAsStream("/cluster-messages-v1.txt")) {
      Map<String, String> stored = new LinkedHashMap<>();
      for (String line : new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        int space = line.indexOf(' ');
        stored.put(line.substring(0, space), line.substring(space + 1));
      }
      return stored;
    }
  }

  /** A line of the stored file. */
  static String line(String name, ClusterMessage message) {
    ClusterSerializer serializer = serializerOf(message);
    return "%s %d %s %s"
        .formatted(
            name,
            serializer.identifier(),
            Serializers.manifestFor(serializer, message),
            Base64.getEncoder().encodeToString(serializer.toBinary(message)));
  }

  /** Prints the file: for a new version, under a new name. */
  public static void main(String[] args) {
    MESSAGES.forEach((name, message) -> System.out.println(line(name, message)));
    KIT.shutdownTestKit();
  }
}
