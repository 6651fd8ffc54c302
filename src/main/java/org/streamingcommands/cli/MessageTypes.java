package org.streamingcommands.cli;

import com.google.protobuf.Any;
import com.google.protobuf.AnyProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.Value;
import com.google.protobuf.WrappersProto;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.streamingcommands.command.Outcome;

/** The message types that the command line can read and write as JSON. Immutable. */
final class MessageTypes {
  private static final List<FileDescriptor> IN_THIS_JAR =
      List.of(
          AnyProto.getDescriptor(),
          DurationProto.getDescriptor(),
          EmptyProto.getDescriptor(),
          FieldMaskProto.getDescriptor(),
          StructProto.getDescriptor(),
          TimestampProto.getDescriptor(),
          WrappersProto.getDescriptor(),
          org.streamingcommands.grpc.v1.Types.getDescriptor(),
          org.streamingcommands.examples.bots.v1.Bots.getDescriptor());

  private final Map<String, Descriptor> byName = new TreeMap<>();
  private final JsonFormat.TypeRegistry registry;

  private MessageTypes(Map<String, FileDescriptor> files) {
    files.values().forEach(file -> file.getMessageTypes().forEach(this::add));
    registry = JsonFormat.TypeRegistry.newBuilder().add(byName.values()).build();
  }

  private void add(Descriptor type) {
    if (!type.getOptions().getMapEntry()) {
      byName.put(type.getFullName(), type);
      type.getNestedTypes().forEach(this::add);
    }
  }

  /** What is in this jar. */
  static MessageTypes builtIn() {
    return new MessageTypes(builtInFiles());
  }

  /**
   * What is in this jar and in a file that {@code protoc --include_imports
   * --descriptor_set_out=FILE} wrote.
   */
  static MessageTypes with(Path descriptorSet) {
    Map<String, FileDescriptor> files = builtInFiles();
    try (InputStream in = Files.newInputStream(descriptorSet)) {
      for (FileDescriptorProto file : FileDescriptorSet.parseFrom(in).getFileList()) {
        files.put(file.getName(), link(file, files));
      }
    } catch (InvalidProtocolBufferException | DescriptorValidationException e) {
      throw new CliException(descriptorSet + " is no descriptor set: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new CliException("cannot read " + descriptorSet, e);
    }
    return new MessageTypes(files);
  }

  private static Map<String, FileDescriptor> builtInFiles() {
    Map<String, FileDescriptor> files = new LinkedHashMap<>();
    IN_THIS_JAR.forEach(file -> files.put(file.getFullName(), file));
    return files;
  }

  // protoc writes a file after the files that it imports.
  private static FileDescriptor link(FileDescriptorProto file, Map<String, FileDescriptor> known)
      throws DescriptorValidationException {
    FileDescriptor builtIn = known.get(file.getName());
    if (builtIn != null) {
      return builtIn;
    }
    FileDescriptor[] imports = new FileDescriptor[file.getDependencyCount()];
    for (int i = 0; i < imports.length; i++) {
      String name = file.getDependency(i);
      imports[i] = known.get(name);
      if (imports[i] == null) {
        throw new CliException(
            "%s imports %s, which is not in the descriptor set; write it with --include_imports"
                .formatted(file.getName(), name));
      }
    }
    return FileDescriptor.buildFrom(file, imports);
  }

  /**
   * Reads a message.
   *
   * @throws CliException that says what is wrong with the type or the JSON
   */
  DynamicMessage parse(String type, String json) {
    Descriptor descriptor = byName.get(type);
    if (descriptor == null) {
      throw new CliException(unknown(type));
    }
    DynamicMessage.Builder message = DynamicMessage.newBuilder(descriptor);
    try {
      JsonFormat.parser().usingTypeRegistry(registry).merge(json, message);
    } catch (InvalidProtocolBufferException e) {
      throw new CliException("--json is no %s: %s".formatted(type, e.getMessage()), e);
    }
    return message.build();
  }

  /** The message as one line of JSON; empty where its type is not known here. */
  Optional<String> json(Any any) {
    Descriptor descriptor = byName.get(name(any));
    if (descriptor == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          JsonFormat.printer()
              .usingTypeRegistry(registry)
              .omittingInsignificantWhitespace()
              .print(DynamicMessage.parseFrom(descriptor, any.getValue())));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /** A message of this project as one line of JSON; what it holds is {@link #readable(Any)}. */
  String jsonLine(Message message) {
    try {
      return JsonFormat.printer()
          .usingTypeRegistry(registry)
          .omittingInsignificantWhitespace()
          .print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The message where JSON can say it, else its type and its bytes. */
  Any readable(Any any) {
    if (any.getTypeUrl().isEmpty() || json(any).isPresent()) {
      return any;
    }
    String bytes = Base64.getEncoder().encodeToString(any.getValue().toByteArray());
    return Any.pack(
        Struct.newBuilder()
            .putFields("type", Value.newBuilder().setStringValue(name(any)).build())
            .putFields("base64", Value.newBuilder().setStringValue(bytes).build())
            .build());
  }

  /** The outcome with what it holds {@link #readable(Any)}. */
  Outcome<Any> readable(Outcome<Any> outcome) {
    return outcome instanceof Outcome.Failed<Any> failed
        ? new Outcome.Failed<>(failed.code(), failed.message(), readable(failed.details()))
        : outcome.map(this::readable);
  }

  /** The message for a person: its type, and its JSON or its size. Empty for none. */
  String show(Any any) {
    if (any.getTypeUrl().isEmpty()) {
      return "";
    }
    String rest = json(any).orElseGet(() -> "(%d bytes)".formatted(any.getValue().size()));
    return name(any) + " " + rest;
  }

  static String name(Any any) {
    return any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1);
  }

  private String unknown(String type) {
    String simple = type.substring(type.lastIndexOf('.') + 1);
    TreeSet<String> alike = new TreeSet<>();
    for (String name : byName.keySet()) {
      if (name.substring(name.lastIndexOf('.') + 1).equalsIgnoreCase(simple)) {
        alike.add(name);
      }
    }
    return alike.isEmpty()
        ? "type %s is not known here; name its file with --descriptor-set".formatted(type)
        : "type %s is not known here; did you mean %s?".formatted(type, String.join(" or ", alike));
  }
}
