package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.examples.bots.v1.Stop;

class MessageTypesTest {
  private final MessageTypes types = MessageTypes.builtIn();

  @Test
  void aWellKnownTypeIsReadFromItsJson() throws InvalidProtocolBufferException {
    Any struct = Any.pack(types.parse("google.protobuf.Struct", "{\"a\":[1,true,\"x\"]}"));
    Any string = Any.pack(types.parse("google.protobuf.StringValue", "\"hello\""));

    assertThat(struct.unpack(Struct.class).getFieldsMap()).containsKey("a");
    assertThat(string.unpack(StringValue.class).getValue()).isEqualTo("hello");
  }

  @Test
  void aTypeOfTheExampleIsReadFromItsJson() throws InvalidProtocolBufferException {
    Any stop = Any.pack(types.parse("examples.bots.v1.Stop", "{\"graceful\":true}"));

    assertThat(stop.unpack(Stop.class).getGraceful()).isTrue();
    assertThat(types.show(stop)).isEqualTo("examples.bots.v1.Stop {\"graceful\":true}");
  }

  @Test
  void anUnknownTypeIsShownByItsNameAndSize() {
    Any unknown =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/my.pkg.Thing")
            .setValue(ByteString.copyFromUtf8("abc"))
            .build();

    assertThat(types.show(unknown)).isEqualTo("my.pkg.Thing (3 bytes)");
    assertThat(types.json(types.readable(unknown)).orElseThrow()).contains("my.pkg.Thing", "YWJj");
  }

  @Test
  void nothingIsShownAsNothing() {
    assertThat(types.show(Any.getDefaultInstance())).isEmpty();
  }

  @Test
  void aTypeWithoutItsPackageIsAnsweredWithASuggestion() {
    assertThatThrownBy(() -> types.parse("stop", "{}"))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("did you mean examples.bots.v1.Stop?");
  }

  @Test
  void wrongJsonIsAnsweredWithWhatIsWrong() {
    assertThatThrownBy(() -> types.parse("examples.bots.v1.Stop", "{\"gracefull\":true}"))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("gracefull");
  }

  @Test
  void aDescriptorSetAddsTypesOfOnesOwn(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("own.binpb"), ownTypes("google/protobuf/struct.proto"));

    MessageTypes withOwn = MessageTypes.with(file);

    Any thing = Any.pack(withOwn.parse("my.pkg.Thing", "{\"name\":\"x\"}"));
    assertThat(withOwn.show(thing)).isEqualTo("my.pkg.Thing {\"name\":\"x\"}");
  }

  @Test
  void aDescriptorSetWithoutItsImportsSaysSo(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("own.binpb"), ownTypes("my/other.proto"));

    assertThatThrownBy(() -> MessageTypes.with(file))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("my/other.proto")
        .hasMessageContaining("--include_imports");
  }

  @Test
  void aFileThatIsNoDescriptorSetSaysSo(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("own.binpb"), "hello");

    assertThatThrownBy(() -> MessageTypes.with(file))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("is no descriptor set");
  }

  private static byte[] ownTypes(String dependency) {
    return FileDescriptorSet.newBuilder()
        .addFile(
            FileDescriptorProto.newBuilder()
                .setName("my/own.proto")
                .setPackage("my.pkg")
                .setSyntax("proto3")
                .addDependency(dependency)
                .addMessageType(
                    DescriptorProto.newBuilder()
                        .setName("Thing")
                        .addField(
                            FieldDescriptorProto.newBuilder()
                                .setName("name")
                                .setNumber(1)
                                .setType(FieldDescriptorProto.Type.TYPE_STRING)
                                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL))))
        .build()
        .toByteArray();
  }
}
