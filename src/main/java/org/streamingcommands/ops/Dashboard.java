package org.streamingcommands.ops;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * The page at {@code /}: files of this jar, which ask the api for everything else, so that they
 * hold no secret and need no permission of their own. Nothing comes from another host. Thread-safe.
 */
public final class Dashboard implements Function<HttpRequest, CompletionStage<HttpResponse>> {
  private static final ContentType.WithCharset SCRIPT =
      MediaTypes.APPLICATION_JAVASCRIPT.toContentType(HttpCharsets.UTF_8);
  private static final ContentType STYLE = MediaTypes.TEXT_CSS.toContentType(HttpCharsets.UTF_8);

  /** What a browser may do with them: nothing of another origin, and in nobody's frame. */
  private static final List<HttpHeader> HEADERS =
      List.of(
          RawHeader.create(
              "Content-Security-Policy",
              "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
          RawHeader.create("X-Content-Type-Options", "nosniff"),
          RawHeader.create("Referrer-Policy", "no-referrer"),
          RawHeader.create("Cache-Control", "no-cache"));

  private final Map<String, HttpResponse> pages = new LinkedHashMap<>();

  public Dashboard() {
    page("/", "index.html", ContentTypes.TEXT_HTML_UTF8);
    page("/dashboard/style.css", "style.css", STYLE);
    page("/dashboard/icon.svg", "icon.svg", MediaTypes.IMAGE_SVG_XML.toContentType());
    for (String script :
        List.of("main", "api", "dom", "node", "clients", "client", "send", "sends")) {
      page("/dashboard/" + script + ".js", script + ".js", SCRIPT);
    }
  }

  private void page(String path, String file, ContentType type) {
    try (InputStream in = Dashboard.class.getResourceAsStream("dashboard/" + file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is not in the jar");
      }
      pages.put(
          path, HttpResponse.create().addHeaders(HEADERS).withEntity(type, in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it answers; nothing of it is about anybody's fleet. */
  public Set<String> paths() {
    return Set.copyOf(pages.keySet());
  }

  @Override
  public CompletionStage<HttpResponse> apply(HttpRequest request) {
    boolean reads =
        request.method().equals(HttpMethods.GET) || request.method().equals(HttpMethods.HEAD);
    HttpResponse page = reads ? pages.get(request.getUri().path()) : null;
    return CompletableFuture.completedFuture(
        page == null ? HttpResponse.create().withStatus(StatusCodes.NOT_FOUND) : page);
  }
}
