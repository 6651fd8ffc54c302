package org.streamingcommands.json;

import com.google.protobuf.Any;
import com.google.protobuf.AnyProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
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
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The message types that can be read and written as JSON. Immutable. */
public final class JsonTypes {
  private static final Pattern EXCEPTION = Pattern.compile("\\b(\\w+\\.)+\\w+Exception: ");

  /** What every protobuf knows. */
  public static final JsonTypes WELL_KNOWN =
      new JsonTypes(Map.of())
          .with(
              List.of(
                  AnyProto.getDescriptor(),
                  DurationProto.getDescriptor(),
                  EmptyProto.getDescriptor(),
                  FieldMaskProto.getDescriptor(),
                  StructProto.getDescriptor(),
                  TimestampProto.getDescriptor(),
                  WrappersProto.getDescriptor()));

  private final Map<String, FileDescriptor> files;
  private final Map<String, Descriptor> byName = new TreeMap<>();
  private final JsonFormat.TypeRegistry registry;

  private JsonTypes(Map<String, FileDescriptor> files) {
    this.files = files;
    files.values().forEach(file -> file.getMessageTypes().forEach(this::add));
    registry = JsonFormat.TypeRegistry.newBuilder().add(byName.values()).build();
  }

  private void add(Descriptor type) {
    if (!type.getOptions().getMapEntry()) {
      byName.put(type.getFullName(), type);
      type.getNestedTypes().forEach(this::add);
    }
  }

  /** These and the types of the files, without those that they import. */
  public JsonTypes with(Collection<FileDescriptor> more) {
    Map<String, FileDescriptor> all = new LinkedHashMap<>(files);
    more.forEach(file -> all.put(file.getFullName(), file));
    return new JsonTypes(all);
  }

  /**
   * These and the types of a descriptor set, as {@code protoc --include_imports
   * --descriptor_set_out=FILE} writes it.
   *
   * @throws JsonProblem where it is none, or a file in it imports one that is not
   */
  public JsonTypes with(FileDescriptorSet set) throws JsonProblem {
    Map<String, FileDescriptor> all = new LinkedHashMap<>(files);
    // protoc writes a file after the files that it imports.
    for (FileDescriptorProto file : set.getFileList()) {
      all.put(file.getName(), link(file, all));
    }
    return new JsonTypes(all);
  }

  private static FileDescriptor link(FileDescriptorProto file, Map<String, FileDescriptor> known)
      throws JsonProblem {
    FileDescriptor same = known.get(file.getName());
    if (same != null) {
      return same;
    }
    FileDescriptor[] imports = new FileDescriptor[file.getDependencyCount()];
    for (int i = 0; i < imports.length; i++) {
      String name = file.getDependency(i);
      imports[i] = known.get(name);
      if (imports[i] == null) {
        throw new JsonProblem(
            "%s imports %s, which is not in the descriptor set; write it with --include_imports"
                .formatted(file.getName(), name));
      }
    }
    try {
      return FileDescriptor.buildFrom(file, imports);
    } catch (DescriptorValidationException e) {
      throw new JsonProblem(file.getName() + ": " + e.getMessage(), e);
    }
  }

  /** The full names of all types. */
  public Set<String> names() {
    return byName.keySet();
  }

  /**
   * Reads a message.
   *
   * @throws JsonProblem that says what is wrong with the type or the JSON
   */
  public DynamicMessage parse(String type, String json) throws JsonProblem {
    Descriptor descriptor = byName.get(type);
    if (descriptor == null) {
      throw new JsonProblem("type %s is not known here".formatted(type));
    }
    DynamicMessage.Builder message = DynamicMessage.newBuilder(descriptor);
    merge(json, message);
    return message.build();
  }

  /**
   * Reads the fields of a message.
   *
   * @throws JsonProblem that says what is wrong with the JSON
   */
  public void merge(String json, Message.Builder message) throws JsonProblem {
    try {
      JsonFormat.parser().usingTypeRegistry(registry).merge(json, message);
    } catch (InvalidProtocolBufferException e) {
      // The reader's reader puts its own class before what it says.
      String said = EXCEPTION.matcher(String.valueOf(e.getMessage())).replaceAll("");
      throw new JsonProblem(said, e);
    }
  }

  /** The message as one line of JSON; empty where its type is not known here. */
  public Optional<String> json(Any any) {
    Descriptor descriptor = byName.get(name(any));
    if (descriptor == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(print(DynamicMessage.parseFrom(descriptor, any.getValue())));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /** As one line; an Any in it whose type is not known here reads as its type and its bytes. */
  public String line(Message message) {
    try {
      return print(readable(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private String print(Message message) throws InvalidProtocolBufferException {
    return JsonFormat.printer()
        .usingTypeRegistry(registry)
        .omittingInsignificantWhitespace()
        .print(message);
  }

  private Message readable(Message message) {
    if (message instanceof Any any) {
      return readable(any);
    }
    Message.Builder changed = null;
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || field.isMapField()) {
        continue;
      }
      Object value = entry.getValue();
      Object better =
          field.isRepeated()
              ? ((List<?>) value).stream().map(each -> readable((Message) each)).toList()
              : readable((Message) value);
      if (!better.equals(value)) {
        changed = changed == null ? message.toBuilder() : changed;
        changed.setField(field, better);
      }
    }
    return changed == null ? message : changed.build();
  }

  /** The message where JSON can say it, else its type and its bytes. */
  public Any readable(Any any) {
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

  /** The full name of the message in it. */
  public static String name(Any any) {
    return name(any.getTypeUrl());
  }

  /** The full name in a type url. */
  public static String name(String typeUrl) {
    return typeUrl.substring(typeUrl.lastIndexOf('/') + 1);
  }
}
