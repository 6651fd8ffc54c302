package org.streamingcommands.client;

import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/**
 * What an ActorSystem's configuration says of its clients, read once: a client object may be made
 * for every command, and reading is many times the cost of a send.
 */
final class SystemSettings implements Extension {
  private static final ExtensionId<SystemSettings> ID =
      new ExtensionId<>() {
        @Override
        public SystemSettings createExtension(ActorSystem<?> system) {
          return new SystemSettings(CommandClientSettings.from(system.settings().config()));
        }
      };

  private final CommandClientSettings settings;

  private SystemSettings(CommandClientSettings settings) {
    this.settings = settings;
  }

  /** As {@link CommandClientSettings#from}, and throws what that does, at every call. */
  static CommandClientSettings of(ActorSystem<?> system) {
    return system.registerExtension(ID).settings;
  }
}
