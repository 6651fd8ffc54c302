package org.streamingcommands.service;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import java.util.List;
import java.util.Optional;
import org.streamingcommands.command.Progress;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.Welcome;

/** A protocol of lines of words. A command is a StringValue; "unwritable" is one that is not. */
final class LineProtocol implements StreamProtocol<String, String> {

  @Override
  public String clientId(String first) {
    String[] words = first.split(" ");
    if (!words[0].equals("hello") || words.length != 2) {
      throw new IllegalArgumentException("hello: must come first, was '%s'".formatted(first));
    }
    return words[1];
  }

  @Override
  public Inbound read(String line) {
    String[] words = line.split(" ", 3);
    return switch (words[0]) {
      case "got" -> new Inbound.Received(List.of(words).subList(1, words.length));
      case "at" ->
          new Inbound.Progress(words[1], Progress.of(Integer.parseInt(words[2]), "on the way"));
      case "done" -> Inbound.completed(words[1], StringValue.of(words[2]));
      case "failed" -> Inbound.failed(words[1], words[2], "could not");
      case "stopped" -> Inbound.cancelled(words[1], "stopped");
      case "say" -> Inbound.Signal.MESSAGE;
      case "pong" -> Inbound.Signal.PONG;
      case "bye" -> Inbound.Signal.LEAVING;
      case "hello" -> Inbound.Signal.IGNORED;
      default -> throw new IllegalArgumentException("line: '%s' is not known".formatted(words[0]));
    };
  }

  @Override
  public String command(Delivery delivery) throws InvalidProtocolBufferException {
    String text = delivery.command().payload().unpack(StringValue.class).getValue();
    if (text.equals("unwritable")) {
      throw new IllegalStateException("no ink");
    }
    return "run %s %s".formatted(delivery.command().id(), text);
  }

  @Override
  public Optional<String> welcome(Welcome welcome) {
    return Optional.of("welcome");
  }

  @Override
  public Optional<String> cancel(String commandId) {
    return Optional.of("cancel " + commandId);
  }

  @Override
  public Optional<String> ping(long nonce) {
    return Optional.of("ping " + nonce);
  }

  @Override
  public Optional<String> goodbye(Goodbye goodbye) {
    return Optional.of("goodbye " + goodbye.cause());
  }
}
