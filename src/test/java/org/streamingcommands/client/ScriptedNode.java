package org.streamingcommands.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.DispatchRequest;
import org.streamingcommands.grpc.v1.DispatchResponse;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.SendToManyResponse;

/** A real api on loopback that does what a test tells it. */
final class ScriptedNode implements AutoCloseable {
  private static final long LIMIT_SECONDS = 30;

  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<HeardFleet> fleets = new LinkedBlockingQueue<>();
  private final AtomicInteger streams = new AtomicInteger();
  private final AtomicInteger messages = new AtomicInteger();
  private final Consumer<Heard> script;
  private final boolean deaf;
  private final Server server;
  private final int port;
  private volatile Runnable onStreamCompleted = () -> {};

  private ScriptedNode(
      InetSocketAddress at, ServerCredentials transport, boolean deaf, Consumer<Heard> script) {
    this.script = script;
    this.deaf = deaf;
    this.server =
        NettyServerBuilder.forAddress(at, transport)
            .directExecutor()
            .flowControlWindow(64 << 10)
            .maxInboundMessageSize(16 << 20)
            .intercept(new Callers())
            .addService(new Api())
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.port = server.getPort();
  }

  /** Keeps what it hears for {@link #next}. */
  static ScriptedNode start() {
    return on(0, request -> {});
  }

  static ScriptedNode running(Consumer<Heard> script) {
    return on(0, script);
  }

  static ScriptedNode on(int port, Consumer<Heard> script) {
    return at(InetAddress.getLoopbackAddress(), port, script);
  }

  static ScriptedNode at(InetAddress ip, int port, Consumer<Heard> script) {
    return new ScriptedNode(
        new InetSocketAddress(ip, port), InsecureServerCredentials.create(), false, script);
  }

  static ScriptedNode secured(
      InetAddress ip, int port, ServerCredentials transport, Consumer<Heard> script) {
    return new ScriptedNode(new InetSocketAddress(ip, port), transport, false, script);
  }

  /** Accepts the stream and never reads from it. */
  static ScriptedNode deaf() {
    return new ScriptedNode(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        InsecureServerCredentials.create(),
        true,
        request -> {});
  }

  int port() {
    return port;
  }

  CommandClientSettings settings() {
    return CommandClientSettings.of("127.0.0.1:" + port());
  }

  /** Runs the task when a sender half-closes its stream. */
  void onStreamCompleted(Runnable task) {
    onStreamCompleted = task;
  }

  /** How many streams were ever opened. */
  int streams() {
    return streams.get();
  }

  /** The next request, in the order of arrival. */
  Heard next() throws InterruptedException {
    return Objects.requireNonNull(
        heard.poll(LIMIT_SECONDS, TimeUnit.SECONDS), "the node heard no request");
  }

  /** The next request to many. */
  HeardFleet nextFleet() throws InterruptedException {
    return Objects.requireNonNull(
        fleets.poll(LIMIT_SECONDS, TimeUnit.SECONDS), "the node heard no request to many");
  }

  boolean hasFleet() {
    return !fleets.isEmpty();
  }

  /** Whether nothing was heard that the test has not taken. */
  boolean isQuiet() {
    return heard.isEmpty();
  }

  /** Cuts all connections. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Who calls, by connection. */
  private static final class Callers implements ServerInterceptor {
    static final Context.Key<SocketAddress> CALLER = Context.key("caller");

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      SocketAddress caller =
          Objects.requireNonNull(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
      return Contexts.interceptCall(
          Context.current().withValue(CALLER, caller), call, headers, next);
    }
  }

  private final class Api extends CommandServiceGrpc.CommandServiceImplBase {
    @Override
    public void sendToMany(SendToManyRequest request, StreamObserver<SendToManyResponse> answers) {
      fleets.add(new HeardFleet(request, answers));
    }

    @Override
    public StreamObserver<DispatchRequest> dispatch(StreamObserver<DispatchResponse> answers) {
      int stream = streams.incrementAndGet();
      SocketAddress caller = Callers.CALLER.get();
      if (deaf) {
        ((ServerCallStreamObserver<DispatchResponse>) answers).disableAutoRequest();
      }
      return new StreamObserver<>() {
        @Override
        public void onNext(DispatchRequest request) {
          int message = messages.incrementAndGet();
          boolean alone = request.getBatchCount() == 0;
          for (DispatchRequest each : alone ? List.of(request) : request.getBatchList()) {
            Heard one = new Heard(stream, message, caller, each, answers);
            heard.add(one);
            script.accept(one);
          }
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {
          synchronized (answers) {
            answers.onCompleted();
          }
          onStreamCompleted.run();
        }
      };
    }
  }

  /**
   * One request, and the means to answer it.
   *
   * @param message in which it came, with those that have the same number
   */
  record Heard(
      int stream,
      int message,
      SocketAddress caller,
      DispatchRequest request,
      StreamObserver<DispatchResponse> answers) {
    String commandId() {
      return request.getSend().getCommand().getCommandId();
    }

    <M extends Message> M payload(Class<M> type) {
      try {
        return request.getSend().getCommand().getPayload().unpack(type);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void receipt(Receipt receipt) {
      answer(b -> b.setReceipt(Wire.receipt(receipt)));
    }

    void progress(int percent) {
      answer(b -> b.getProgressBuilder().setPercent(percent));
    }

    void complete(Message result) {
      outcome(new Outcome.Completed<>(Any.pack(result)));
    }

    void undelivered(Reason reason, Certainty certainty) {
      outcome(new Outcome.Undelivered<>(reason, certainty, "says the node"));
    }

    void outcome(Outcome<Any> outcome) {
      answer(b -> b.setOutcome(Wire.outcome(outcome)));
    }

    void answer(Consumer<DispatchResponse.Builder> step) {
      DispatchResponse.Builder answer =
          DispatchResponse.newBuilder().setCorrelationId(request.getCorrelationId());
      step.accept(answer);
      synchronized (answers) {
        answers.onNext(answer.build());
      }
    }

    void endStream(Status status) {
      synchronized (answers) {
        answers.onError(status.asRuntimeException());
      }
    }
  }

  /** One request to many, and the means to answer it. */
  record HeardFleet(SendToManyRequest request, StreamObserver<SendToManyResponse> answers) {
    String commandId() {
      return request.getCommand().getCommandId();
    }

    List<String> ids() {
      return request.getClientIds().getIdsList();
    }

    HeardFleet started(int targets) {
      return answer(b -> b.getStartedBuilder().setCommandId(commandId()).setTargets(targets));
    }

    HeardFleet completed(String clientId) {
      return outcome(clientId, new Outcome.Completed<>(Any.pack(StringValue.of(clientId))));
    }

    HeardFleet outcome(String clientId, Outcome<Any> outcome) {
      return answer(
          b -> b.getOutcomeBuilder().setClientId(clientId).setOutcome(Wire.outcome(outcome)));
    }

    HeardFleet waveEnded(int number, int clients, int failed, boolean stopped) {
      return answer(
          b ->
              b.getWaveEndedBuilder()
                  .setNumber(number)
                  .setClients(clients)
                  .setFailed(failed)
                  .setStopped(stopped));
    }

    /** Ends it; the sender counts for itself. */
    void summary(int skipped) {
      answer(b -> b.getSummaryBuilder().setCommandId(commandId()).setSkipped(skipped));
      answers.onCompleted();
    }

    void endStream(Status status) {
      answers.onError(status.asRuntimeException());
    }

    private HeardFleet answer(Consumer<SendToManyResponse.Builder> step) {
      SendToManyResponse.Builder answer = SendToManyResponse.newBuilder();
      step.accept(answer);
      answers.onNext(answer.build());
      return this;
    }
  }
}
