package org.streamingcommands.node;

import java.util.Map;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.management.javadsl.ManagementRouteProvider;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;

/**
 * The node's figures at {@code /metrics} of the management listener. Made by Pekko Management, by
 * its name in {@code reference.conf}.
 */
public final class FiguresRoute implements ManagementRouteProvider {
  private static final ContentType.WithFixedCharset FORMAT =
      ContentTypes.create(
          MediaTypes.customWithFixedCharset(
              "text", "plain", HttpCharsets.UTF_8, Map.of("version", "0.0.4"), false));

  private final ExtendedActorSystem system;

  public FiguresRoute(ExtendedActorSystem system) {
    this.system = system;
  }

  @Override
  public Route routes(ManagementRouteProviderSettings settings) {
    return Directives.path("metrics", () -> Directives.get(this::figures));
  }

  private Route figures() {
    // A system that manages itself and is no node of ours has none.
    ActorSystem<?> typed = Adapter.toTyped(system);
    return StreamingCommands.isIn(typed)
        ? Directives.complete(
            StatusCodes.OK,
            HttpEntities.create(FORMAT, StreamingCommands.get(typed).figures().scrape()))
        : Directives.reject();
  }
}
