package org.streamingcommands.api;

import com.google.protobuf.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.http.MessageEncoding;
import org.streamingcommands.grpc.v1.Receipt;
import org.streamingcommands.json.JsonCatalog;
import org.streamingcommands.security.Principal;

/**
 * One HTTP request of the JSON api, taken apart.
 *
 * @param principal who sends it
 * @param path its decoded segments, from {@code v1} on
 */
record JsonRequest(
    HttpRequest request, Principal principal, List<String> path, JsonCatalog catalog) {
  private static final int SERVICE = 2;
  private static final int CLIENT = 4;
  private static final int COMMAND = 6;

  /** The path after {@code v1/}, names replaced by stars. */
  String shape() {
    StringBuilder shape = new StringBuilder();
    for (int i = 1; i < path.size(); i++) {
      boolean isName = path.get(1).equals("services") && i % 2 == 0;
      shape.append(i == 1 ? "" : "/").append(isName ? "*" : path.get(i));
    }
    return shape.toString();
  }

  String service() {
    return path.size() > SERVICE ? path.get(SERVICE) : query("service");
  }

  String clientId() {
    return path.get(CLIENT);
  }

  String commandId() {
    return path.get(COMMAND);
  }

  JsonFormat format() {
    return new JsonFormat(catalog.of(service()));
  }

  Call call() {
    return new Call(request, principal, MessageEncoding.IDENTITY, null, null, format());
  }

  boolean is(HttpMethod method) {
    return request.method().equals(method);
  }

  boolean wantsEvents() {
    return header("Accept").contains("text/event-stream");
  }

  boolean sendsJson() {
    return request.entity().getContentType().mediaType().toString().equals("application/json");
  }

  /** Browsers say where a request comes from; nobody else does. */
  boolean isFromAnotherSite() {
    String site = header("Sec-Fetch-Site");
    return !site.isEmpty() && !site.equals("same-origin") && !site.equals("none");
  }

  private String header(String name) {
    return request.getHeader(name).map(header -> header.value()).orElse("");
  }

  /** Empty where it is not there. */
  String query(String name) {
    return request.getUri().query().get(name).orElse("");
  }

  int number(String name) throws InvalidRequest {
    String text = query(name);
    try {
      return text.isEmpty() ? 0 : Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw InvalidRequest.field("%s: '%s' is no number".formatted(name, text));
    }
  }

  boolean flag(String name) throws InvalidRequest {
    return switch (query(name)) {
      case "", "false" -> false;
      case "true" -> true;
      default -> throw InvalidRequest.field(name + ": must be true or false");
    };
  }

  Receipt receipt(String name) throws InvalidRequest {
    return switch (query(name).toUpperCase(Locale.ROOT)) {
      case "" -> Receipt.RECEIPT_UNSPECIFIED;
      case "QUEUED" -> Receipt.RECEIPT_QUEUED;
      case "SENT" -> Receipt.RECEIPT_SENT;
      case "RECEIVED" -> Receipt.RECEIPT_RECEIVED;
      default -> throw InvalidRequest.field(name + ": must be QUEUED, SENT or RECEIVED");
    };
  }

  /** As protobuf JSON writes it, such as {@code 1.5s}. */
  Duration duration(String name) throws InvalidRequest {
    String text = query(name);
    try {
      return text.isEmpty()
          ? Duration.getDefaultInstance()
          : Wire.duration(java.time.Duration.parse("PT" + text));
    } catch (java.time.format.DateTimeParseException e) {
      throw InvalidRequest.field("%s: '%s' is no duration, such as 1.5s".formatted(name, text));
    }
  }
}
