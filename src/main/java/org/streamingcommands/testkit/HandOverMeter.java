package org.streamingcommands.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks nodes again and again for their slowest hand-over, because what a node counts is gone with
 * it.
 */
final class HandOverMeter implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Pattern FIGURE = Pattern.compile("\"slowestHandOver\": ?\"([0-9.]+)s\"");

  private final HttpClient http = HttpClient.newHttpClient();
  private final String[] apis;
  private final Thread thread = new Thread(this::run, "hand-over-meter");
  private volatile boolean closed;
  private volatile Duration longest = Duration.ZERO;

  HandOverMeter(String... apis) {
    this.apis = apis;
    thread.setDaemon(true);
    thread.start();
  }

  /** The slowest that a node told of. */
  Duration longest() {
    return longest;
  }

  private void run() {
    try {
      while (!closed) {
        for (String api : apis) {
          ask(api);
        }
        Thread.sleep(PAUSE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(String api) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + api + "/v1/node")).timeout(PAUSE).build();
    try {
      Matcher figure = FIGURE.matcher(http.send(request, BodyHandlers.ofString()).body());
      if (figure.find()) {
        Duration told = Duration.ofNanos((long) (Double.parseDouble(figure.group(1)) * 1e9));
        longest = told.compareTo(longest) > 0 ? told : longest;
      }
    } catch (IOException e) {
      // It is down at present, or stands still.
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
