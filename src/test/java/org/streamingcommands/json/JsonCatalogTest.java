package org.streamingcommands.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.examples.bots.v1.Bots;
import org.streamingcommands.support.TestNode;

class JsonCatalogTest {
  @TempDir private Path directory;

  @Test
  void aServicesDescriptorSetsAreReadFromItsConfiguration() throws Exception {
    Path file = directory.resolve("bots.binpb");
    Files.write(file, descriptorSet(Bots.getDescriptor()).toByteArray());

    JsonCatalog catalog = catalogOf("services.bots.descriptor-sets = [\"" + file + "\"]");

    String type = Bots.getDescriptor().getMessageTypes().get(0).getFullName();
    assertThat(catalog.of("bots").names()).contains(type, "google.protobuf.StringValue");
    assertThat(catalog.of("bots").parse(type, "{}").getDescriptorForType().getFullName())
        .isEqualTo(type);
    assertThat(catalog.of("others").names())
        .contains("google.protobuf.StringValue")
        .doesNotContain(type);
  }

  @Test
  void aFileThatIsNoneIsNamedWithItsService() throws Exception {
    Path file = Files.writeString(directory.resolve("text"), "no descriptor set at all");
    assertThatThrownBy(() -> catalogOf("services.bots.descriptor-sets = [\"" + file + "\"]"))
        .hasMessageContaining("streaming-commands.services.bots.descriptor-sets");
    assertThatThrownBy(() -> catalogOf("services.bots.descriptor-sets = [\"no-such-file\"]"))
        .hasMessageContaining("no-such-file");
  }

  @Test
  void aSetThatLacksAnImportSaysWhich() {
    FileDescriptorSet alone =
        FileDescriptorSet.newBuilder()
            .addFile(
                FileDescriptorProto.newBuilder()
                    .setName("a.proto")
                    .addDependency("not/there.proto"))
            .build();

    assertThatThrownBy(() -> JsonTypes.WELL_KNOWN.with(alone))
        .isInstanceOf(JsonProblem.class)
        .hasMessageContaining("not/there.proto")
        .hasMessageContaining("--include_imports");
  }

  private static JsonCatalog catalogOf(String override) {
    ActorTestKit kit =
        ActorTestKit.create(
            "json",
            ConfigFactory.parseString(
                    "pekko.actor.provider = local\nstreaming-commands." + override)
                .withFallback(TestNode.config()));
    try {
      return JsonCatalog.get(kit.system());
    } finally {
      kit.shutdownTestKit();
    }
  }

  private static FileDescriptorSet descriptorSet(FileDescriptor file) {
    Set<FileDescriptor> files = new LinkedHashSet<>();
    collect(file, files);
    FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
    files.forEach(each -> set.addFile(each.toProto()));
    return set.build();
  }

  private static void collect(FileDescriptor file, Set<FileDescriptor> files) {
    file.getDependencies().forEach(imported -> collect(imported, files));
    files.add(file);
  }
}
