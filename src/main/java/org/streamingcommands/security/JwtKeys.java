package org.streamingcommands.security;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that tokens are signed with, from a JWKS file or its address. They are looked at every
 * so often in the background and whenever a token names one that is not known; nobody waits for it.
 */
final class JwtKeys implements JWKSource<SecurityContext>, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JwtKeys.class);
  private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 1 << 20;

  private final String location;
  private final @Nullable URI address;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(FETCH_TIMEOUT).build();
  private final AtomicBoolean asked = new AtomicBoolean();
  private final ScheduledFuture<?> reloading;
  private volatile JWKSet keys = new JWKSet();

  /**
   * @throws IllegalArgumentException where a file has no keys, or an address is not to be trusted
   */
  JwtKeys(String location, Duration reloadInterval) {
    this.location = location;
    this.address = location.contains("://") ? checked(URI.create(location)) : null;
    if (address == null) {
      reload();
    } else {
      // Whoever signs may be down when a node starts; its tokens are refused until it is back.
      Reloader.soon(this::reload);
    }
    reloading =
        Reloader.every(
            reloadInterval,
            () -> {
              // From now on a token may ask for an early look again: once an interval.
              asked.set(false);
              reload();
            });
  }

  private static URI checked(URI address) {
    if (!"https".equals(address.getScheme()) && !isLoopback(address.getHost())) {
      throw new IllegalArgumentException(
          "streaming-commands.security.jwt.jwks: '%s' must be https, a file, or on this machine"
              .formatted(address));
    }
    return address;
  }

  private static boolean isLoopback(@Nullable String host) {
    try {
      return host != null && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) {
    return selector.select(keys);
  }

  /** A token named a key that is not here: whoever signs may have a new one. */
  void askEarly() {
    if (asked.compareAndSet(false, true)) {
      Reloader.soon(this::reload);
    }
  }

  /** Reads the keys now. */
  synchronized void reload() {
    try {
      JWKSet found = JWKSet.parse(address == null ? read(Path.of(location)) : fetch(address));
      if (address != null && found.getKeys().stream().anyMatch(JwtKeys::isShared)) {
        throw new IllegalArgumentException(
            location + ": shows a shared key to whoever asks, so no key of it is trusted");
      }
      if (!found.equals(keys)) {
        keys = found;
        log.info("{} has {} keys", location, found.size());
      }
    } catch (ParseException e) {
      throw new IllegalArgumentException(location + ": is no JSON web key set");
    }
  }

  private static boolean isShared(JWK key) {
    return KeyType.OCT.equals(key.getKeyType());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": cannot be read");
    }
  }

  /** All of it within the timeout: the thread that waits is the one that renews certificates. */
  private String fetch(URI from) {
    var call =
        client.sendAsync(HttpRequest.newBuilder(from).build(), any -> new SmallBody(MAX_BYTES));
    try {
      var response = call.get(FETCH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new IllegalArgumentException(location + ": answers " + response.statusCode());
      }
      return response.body();
    } catch (ExecutionException e) {
      throw new IllegalArgumentException(
          location + ": cannot be fetched: " + e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      call.cancel(true);
      throw new IllegalArgumentException(
          location + ": was not there whole within %d s".formatted(FETCH_TIMEOUT.toSeconds()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    reloading.cancel(false);
  }
}
