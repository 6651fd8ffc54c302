package org.streamingcommands.service;

import com.google.protobuf.Any;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.CertificateName;
import org.streamingcommands.command.Names;
import org.streamingcommands.command.Proof;
import org.streamingcommands.command.ServiceAccess;
import org.streamingcommands.connection.ConnectedClient;
import org.streamingcommands.connection.ServiceSettings;

/**
 * What every service says of itself. All callbacks run on {@code
 * streaming-commands.callback-dispatcher}: they may block, one at a time per client. What one
 * throws goes to {@link #onError}, and the next one runs.
 *
 * @param <B> the builder itself
 */
public abstract class ServiceBuilder<B extends ServiceBuilder<B>> {
  private static final Logger log = LoggerFactory.getLogger(ServiceBuilder.class);
  private static final String DISPATCHER = "streaming-commands.callback-dispatcher";

  final ActorSystem<?> system;
  final String name;
  private final Map<String, Object> settings = new LinkedHashMap<>();
  private @Nullable ServiceSettings wholeSettings;
  private @Nullable Set<Proof> proofs;
  private @Nullable CertificateName certificateName;
  private Consumer<ConnectedClient> onConnect = client -> {};
  private BiConsumer<String, String> onDisconnect = (clientId, why) -> {};
  private BiConsumer<String, Any> onEvent = (clientId, event) -> {};
  private BiConsumer<String, Throwable> onError;
  private Duration commandTimeout;

  ServiceBuilder(ActorSystem<?> system, String name) {
    Names.problemWithService(name)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(problem);
            });
    this.system = system;
    this.name = name;
    this.onError = (clientId, e) -> log.error("{}/{}: a callback threw", name, clientId, e);
    this.commandTimeout =
        system.settings().config().getDuration("streaming-commands.api.default-timeout");
  }

  abstract B self();

  /** Told of every connection to this node, before anything else of it. */
  public B onConnect(Consumer<ConnectedClient> callback) {
    onConnect = callback;
    return self();
  }

  /** Told of every connection's end, after everything else of it: the client's id, and why. */
  public B onDisconnect(BiConsumer<String, String> callback) {
    onDisconnect = callback;
    return self();
  }

  /** Given the events of clients that dialled the edge: the client's id, and the event. */
  public B onEvent(BiConsumer<String, Any> callback) {
    onEvent = callback;
    return self();
  }

  /** Given what other callbacks threw. Logs it, unless set. */
  public B onError(BiConsumer<String, Throwable> callback) {
    onError = callback;
    return self();
  }

  /**
   * One of the keys of {@code streaming-commands.connection}, such as {@code "queue-size", 100}.
   * {@code streaming-commands.services.<name>} wins over it. Limits are such keys too: {@code
   * "max-clients"}, {@code "max-frame-rate"}, {@code "types"}.
   *
   * @param value a number, a text as in a configuration file, a boolean, or a list of those
   */
  public B setting(String key, Object value) {
    settings.put(key, value);
    return self();
  }

  /**
   * All settings at once, in place of the configuration and {@link #setting}. What clients have to
   * show is not among them: see {@link #auth} and {@link #certificateName}.
   */
  public B settings(ServiceSettings all) {
    wholeSettings = all;
    return self();
  }

  /**
   * How clients that dial the edge have to show who they are: by one of these, which are some of
   * {@code streaming-commands.edge.auth}. All of the edge's are taken unless set. {@code
   * streaming-commands.services.<name>.auth} wins over it.
   *
   * <p>Whoever shows something else is refused as PERMISSION_DENIED. An rpc of the service's own is
   * served by the user's listener, which asks its callers itself.
   */
  public B auth(Proof first, Proof... more) {
    proofs = EnumSet.of(first, more);
    return self();
  }

  /**
   * The rule that binds the certificates of clients that dial the edge to their ids, such as {@code
   * "URI:spiffe://acme/robots/{client}"}; in place of {@code
   * streaming-commands.security.certificate-name}. {@code
   * streaming-commands.services.<name>.certificate-name} wins over it.
   *
   * @throws IllegalArgumentException where the rule does not name the client
   */
  public B certificateName(String rule) {
    certificateName = CertificateName.parseForService(rule);
    return self();
  }

  /**
   * The deadline of commands that are sent without one; {@code
   * streaming-commands.api.default-timeout} unless set.
   */
  public B commandTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("command-timeout must be more than zero, is " + timeout);
    }
    commandTimeout = timeout;
    return self();
  }

  /** What the code says of a setting where the user's code says nothing. */
  void settingUnlessSet(String key, Object value) {
    settings.putIfAbsent(key, value);
  }

  ClientService.Parts parts() {
    ServiceSettings effective =
        wholeSettings != null
            ? wholeSettings
            : ServiceConfig.read(system.settings().config(), name, settings);
    ServiceAccess access = new ServiceAccess(proofs, certificateName);
    ServiceConfig.check(system.settings().config(), name, access);
    Executor executor = system.dispatchers().lookup(DispatcherSelector.fromConfig(DISPATCHER));
    ServiceCallbacks callbacks =
        new ServiceCallbacks(
            name,
            new ServiceCallbacks.Handlers(onConnect, onDisconnect, onEvent, onError),
            executor);
    return new ClientService.Parts(system, name, effective, access, callbacks, commandTimeout);
  }
}
