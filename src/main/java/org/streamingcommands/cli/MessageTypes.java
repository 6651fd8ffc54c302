package org.streamingcommands.cli;

import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.json.JsonProblem;
import org.streamingcommands.json.JsonTypes;

/** The message types that the command line can read and write as JSON. Immutable. */
final class MessageTypes {
  private static final JsonTypes IN_THIS_JAR =
      JsonTypes.WELL_KNOWN.with(
          List.of(
              org.streamingcommands.grpc.v1.Types.getDescriptor(),
              org.streamingcommands.examples.bots.v1.Bots.getDescriptor()));

  private final JsonTypes types;

  private MessageTypes(JsonTypes types) {
    this.types = types;
  }

  /** What is in this jar. */
  static MessageTypes builtIn() {
    return new MessageTypes(IN_THIS_JAR);
  }

  /**
   * What is in this jar and in a file that {@code protoc --include_imports
   * --descriptor_set_out=FILE} wrote.
   */
  static MessageTypes with(Path descriptorSet) {
    try (InputStream in = Files.newInputStream(descriptorSet)) {
      return new MessageTypes(IN_THIS_JAR.with(FileDescriptorSet.parseFrom(in)));
    } catch (InvalidProtocolBufferException e) {
      throw new CliException(descriptorSet + " is no descriptor set: " + e.getMessage(), e);
    } catch (JsonProblem e) {
      throw new CliException(e.getMessage(), e);
    } catch (IOException e) {
      throw new CliException("cannot read " + descriptorSet, e);
    }
  }

  /**
   * Reads a message.
   *
   * @throws CliException that says what is wrong with the type or the JSON
   */
  DynamicMessage parse(String type, String json) {
    if (!types.names().contains(type)) {
      throw new CliException(unknown(type));
    }
    try {
      return types.parse(type, json);
    } catch (JsonProblem e) {
      throw new CliException("--json is no %s: %s".formatted(type, withoutKind(e.getMessage())), e);
    }
  }

  /** What a parser says, without the name of its exception. */
  private static String withoutKind(String message) {
    return message.replaceFirst("^java[\\w.]*: ", "");
  }

  /** The message as one line of JSON; empty where its type is not known here. */
  Optional<String> json(Any any) {
    return types.json(any);
  }

  /** A message of this project as one line of JSON; what it holds is {@link #readable(Any)}. */
  String jsonLine(Message message) {
    return types.line(message);
  }

  /** The message where JSON can say it, else its type and its bytes. */
  Any readable(Any any) {
    return types.readable(any);
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
    return JsonTypes.name(any) + " " + rest;
  }

  private String unknown(String type) {
    String simple = type.substring(type.lastIndexOf('.') + 1);
    TreeSet<String> alike = new TreeSet<>();
    for (String name : types.names()) {
      if (name.substring(name.lastIndexOf('.') + 1).equalsIgnoreCase(simple)) {
        alike.add(name);
      }
    }
    return alike.isEmpty()
        ? "type %s is not known here; name its file with --descriptor-set".formatted(type)
        : "type %s is not known here; did you mean %s?".formatted(type, String.join(" or ", alike));
  }
}
