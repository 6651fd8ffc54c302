package org.streamingcommands.examples.bots;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.streamingcommands.examples.bots.v1.BotCommand;
import org.streamingcommands.examples.bots.v1.BotReport;
import org.streamingcommands.examples.bots.v1.BotServiceGrpc;
import org.streamingcommands.examples.bots.v1.BotStatus;
import org.streamingcommands.examples.bots.v1.CommandResult;
import org.streamingcommands.examples.bots.v1.ConfigUpdate;
import org.streamingcommands.examples.bots.v1.ConnectRequest;
import org.streamingcommands.examples.bots.v1.ConnectResponse;
import org.streamingcommands.examples.bots.v1.Failure;
import org.streamingcommands.examples.bots.v1.Leave;
import org.streamingcommands.examples.bots.v1.Pong;
import org.streamingcommands.examples.bots.v1.Register;
import org.streamingcommands.examples.bots.v1.StatusReport;

/**
 * A bot that does nothing but follow orders, on plain grpc-java as any other language would. One
 * connection, no reconnect. Thread-safe.
 */
public final class Bot implements AutoCloseable {

  /** What it does with a command. */
  public enum Temper {
    OBEDIENT,
    /** Answers every command with a failure. */
    FAILING,
    /** Takes commands and never answers. */
    SILENT
  }

  private final ManagedChannel channel;
  private final String botId;
  private final CompletableFuture<String> connected = new CompletableFuture<>();
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final BlockingQueue<BotCommand> commands = new LinkedBlockingQueue<>();
  private final Map<String, String> config = new TreeMap<>();
  private final StreamObserver<ConnectRequest> requests;
  private volatile Temper temper = Temper.OBEDIENT;
  private BotStatus status = BotStatus.BOT_STATUS_STOPPED;

  public static Bot dial(String host, int port, String botId) {
    Bot bot = new Bot(NettyChannelBuilder.forAddress(host, port).usePlaintext().build(), botId);
    bot.register();
    return bot;
  }

  private Bot(ManagedChannel channel, String botId) {
    this.channel = channel;
    this.botId = botId;
    this.requests = BotServiceGrpc.newStub(channel).connect(new Inbox());
  }

  private void register() {
    send(
        ConnectRequest.newBuilder()
            .setRegister(Register.newBuilder().setBotId(botId).setVersion("1"))
            .build());
  }

  /** Completed with the session once the backend says welcome. */
  public CompletableFuture<String> connected() {
    return connected;
  }

  /** Completed with the reason once the stream ends, whichever way. */
  public CompletableFuture<String> ended() {
    return ended;
  }

  /** All commands that came, in order. */
  public BlockingQueue<BotCommand> commands() {
    return commands;
  }

  public Bot temper(Temper newTemper) {
    temper = newTemper;
    return this;
  }

  /** Says a status that it came to by itself. */
  public void report(BotStatus newStatus) {
    synchronized (this) {
      status = newStatus;
    }
    send(
        ConnectRequest.newBuilder()
            .setStatus(StatusReport.newBuilder().setStatus(newStatus))
            .build());
  }

  /** Says that it goes for good. */
  public void leave() {
    send(ConnectRequest.newBuilder().setLeave(Leave.getDefaultInstance()).build());
  }

  /** Goes without a word, as a process that dies. */
  @Override
  public void close() {
    channel.shutdownNow();
  }

  private final class Inbox implements StreamObserver<ConnectResponse> {
    @Override
    public void onNext(ConnectResponse response) {
      switch (response.getMessageCase()) {
        case WELCOME -> connected.complete(response.getWelcome().getSessionId());
        case COMMAND -> obey(response.getCommand());
        case PING ->
            send(
                ConnectRequest.newBuilder()
                    .setPong(Pong.newBuilder().setNonce(response.getPing().getNonce()))
                    .build());
        case GOODBYE -> ended.complete(response.getGoodbye().getReason());
        case MESSAGE_NOT_SET -> {
          // A message of a newer backend.
        }
      }
    }

    @Override
    public void onError(Throwable error) {
      over(error.getMessage());
    }

    @Override
    public void onCompleted() {
      over("completed");
    }

    private void over(String why) {
      connected.completeExceptionally(new IllegalStateException(why));
      ended.complete(why);
    }
  }

  private void obey(BotCommand command) {
    commands.add(command);
    switch (temper) {
      case OBEDIENT -> answer(command);
      case FAILING ->
          send(
              command,
              CommandResult.newBuilder()
                  .setFailure(
                      Failure.newBuilder().setCode("NO_FUEL").setMessage("the tank is empty")));
      case SILENT -> {}
    }
  }

  /** Carries a command out and says so, also one that it was silent about. */
  public void answer(BotCommand command) {
    send(command, CommandResult.newBuilder().setDone(carryOut(command)));
  }

  private void send(BotCommand command, CommandResult.Builder result) {
    send(ConnectRequest.newBuilder().setResult(result.setCommandId(command.getId())).build());
  }

  private synchronized BotReport carryOut(BotCommand command) {
    switch (command.getActionCase()) {
      case START, RESTART -> status = BotStatus.BOT_STATUS_RUNNING;
      case STOP -> status = BotStatus.BOT_STATUS_STOPPED;
      case CONFIG_UPDATE -> configure(command.getConfigUpdate());
      case ACTION_NOT_SET -> {
        // Nothing to do; the report says how things are.
      }
    }
    return BotReport.newBuilder().setStatus(status).putAllConfig(config).build();
  }

  private void configure(ConfigUpdate update) {
    if (update.getFieldsCount() == 0) {
      config.clear();
      config.putAll(update.getConfigMap());
      return;
    }
    for (String field : update.getFieldsList()) {
      String setting = update.getConfigMap().get(field);
      if (setting == null) {
        config.remove(field);
      } else {
        config.put(field, setting);
      }
    }
  }

  /** A call takes one message at a time. */
  private synchronized void send(ConnectRequest request) {
    requests.onNext(request);
  }
}
