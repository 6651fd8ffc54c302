package org.streamingcommands.examples.bots;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.Hello;
import org.streamingcommands.examples.bots.v1.BotCommand;
import org.streamingcommands.examples.bots.v1.CommandResult;
import org.streamingcommands.examples.bots.v1.ConnectRequest;
import org.streamingcommands.examples.bots.v1.ConnectResponse;
import org.streamingcommands.examples.bots.v1.Failure;
import org.streamingcommands.examples.bots.v1.Goodbye;
import org.streamingcommands.examples.bots.v1.Ping;
import org.streamingcommands.examples.bots.v1.Register;
import org.streamingcommands.examples.bots.v1.Welcome;
import org.streamingcommands.service.Inbound;
import org.streamingcommands.service.StreamProtocol;

/** How the engine's words are said in {@code bots.proto}. */
final class BotProtocol implements StreamProtocol<ConnectRequest, ConnectResponse> {

  @Override
  public String clientId(ConnectRequest first) {
    if (!first.hasRegister()) {
      throw new IllegalArgumentException("register: must come first");
    }
    return first.getRegister().getBotId();
  }

  @Override
  public Hello hello(ClientKey client, ConnectRequest first) {
    Register register = first.getRegister();
    return new Hello(
        client, "", register.getLabelsMap(), register.getVersion(), 0, Set.of(), List.of());
  }

  @Override
  public Inbound read(ConnectRequest message) {
    return switch (message.getMessageCase()) {
      case REGISTER -> Inbound.Signal.IGNORED;
      case STATUS -> Inbound.Signal.MESSAGE;
      case RESULT -> result(message.getResult());
      case PONG -> Inbound.Signal.PONG;
      case LEAVE -> Inbound.Signal.LEAVING;
      case MESSAGE_NOT_SET -> throw new IllegalArgumentException("message: must be set");
    };
  }

  private static Inbound result(CommandResult result) {
    return switch (result.getOutcomeCase()) {
      case DONE -> Inbound.completed(result.getCommandId(), result.getDone());
      case FAILURE -> failed(result.getCommandId(), result.getFailure());
      case OUTCOME_NOT_SET -> throw new IllegalArgumentException("result.outcome: must be set");
    };
  }

  private static Inbound failed(String commandId, Failure failure) {
    return Inbound.failed(commandId, failure.getCode(), failure.getMessage());
  }

  @Override
  public ConnectResponse command(Delivery delivery) throws InvalidProtocolBufferException {
    BotCommand command = delivery.command().payload().unpack(BotCommand.class);
    return ConnectResponse.newBuilder()
        .setCommand(command.toBuilder().setId(delivery.command().id()))
        .build();
  }

  @Override
  public Optional<ConnectResponse> welcome(org.streamingcommands.connection.Welcome welcome) {
    return Optional.of(
        ConnectResponse.newBuilder()
            .setWelcome(Welcome.newBuilder().setSessionId(welcome.sessionId()))
            .build());
  }

  @Override
  public Optional<ConnectResponse> ping(long nonce) {
    return Optional.of(
        ConnectResponse.newBuilder().setPing(Ping.newBuilder().setNonce(nonce)).build());
  }

  @Override
  public Optional<ConnectResponse> goodbye(org.streamingcommands.connection.Goodbye goodbye) {
    boolean replaced = goodbye.cause() == org.streamingcommands.connection.Goodbye.Cause.REPLACED;
    return Optional.of(
        ConnectResponse.newBuilder()
            .setGoodbye(Goodbye.newBuilder().setReason(goodbye.message()).setReconnect(!replaced))
            .build());
  }
}
