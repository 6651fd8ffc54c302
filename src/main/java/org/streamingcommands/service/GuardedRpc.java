package org.streamingcommands.service;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.streamingcommands.grpc.http.FrameBatch;
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.GrpcReply;
import org.streamingcommands.grpc.http.GuardedBidi;
import org.streamingcommands.grpc.http.MessageEncoding;

/**
 * Serves a user's bidi rpc in place of the generated pekko-grpc handler, which it leaves everything
 * else to. Behind that handler, bytes that are no message cost the client's whole TCP connection,
 * and with it every other call that a proxy may have put there, and no message is too large; here
 * they end their own call, as INVALID_ARGUMENT and RESOURCE_EXHAUSTED.
 *
 * <pre>{@code
 * GuardedRpc.of(
 *     "bots.v1.BotService/Connect", ConnectRequest.parser(), 4 << 20, service,
 *     BotServiceHandlerFactory.create(this, system))
 * }</pre>
 */
public final class GuardedRpc {
  private GuardedRpc() {}

  /**
   * @param rpc its full name, {@code package.Service/Method}
   * @param parser of what clients send
   * @param maxMessageSize in bytes, after decompression
   * @param service whose {@link StreamingService#connect} the generated handler would call
   * @param others what serves every other request
   */
  public static <M, C extends MessageLite> Function<HttpRequest, CompletionStage<HttpResponse>> of(
      String rpc,
      Parser<M> parser,
      int maxMessageSize,
      StreamingService<M, C> service,
      Function<HttpRequest, CompletionStage<HttpResponse>> others) {
    String path = '/' + rpc;
    return request ->
        isCallOf(path, request)
            ? CompletableFuture.completedFuture(answer(request, parser, maxMessageSize, service))
            : others.apply(request);
  }

  private static boolean isCallOf(String path, HttpRequest request) {
    String type = request.entity().getContentType().toString();
    // gRPC-Web is framed in another way.
    return request.getUri().path().equals(path)
        && (type.equals("application/grpc") || type.equals("application/grpc+proto"));
  }

  private static <M, C extends MessageLite> HttpResponse answer(
      HttpRequest request, Parser<M> parser, int maxMessageSize, StreamingService<M, C> service) {
    try {
      String encoding =
          request.getHeader(MessageEncoding.HEADER).map(HttpHeader::value).orElse("identity");
      GuardedBidi<M> guard =
          new GuardedBidi<>(parser, MessageEncoding.of(encoding), maxMessageSize, null);
      Flow<List<M>, ByteString, NotUsed> call =
          Flow.<List<M>>create()
              .<M>mapConcat(batch -> batch)
              .via(service.stage())
              .map(FrameBatch::of);
      return GrpcReply.stream(
          request.entity().getDataBytes().via(BidiFlow.fromGraph(guard).join(call)));
    } catch (FrameViolation e) {
      return GrpcReply.status(e.status(), null);
    }
  }
}
