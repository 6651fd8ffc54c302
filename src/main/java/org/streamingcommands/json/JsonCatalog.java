package org.streamingcommands.json;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/**
 * Which message types each service of this ActorSystem speaks, so that the api can take and show
 * them as JSON: those of the descriptor sets that {@code
 * streaming-commands.services.<name>.descriptor-sets} names, and those registered here. The
 * well-known types are always among them. Thread-safe.
 */
public final class JsonCatalog implements Extension {
  private static final String KEY = "descriptor-sets";

  private static final ExtensionId<JsonCatalog> ID =
      new ExtensionId<>() {
        @Override
        public JsonCatalog createExtension(ActorSystem<?> system) {
          return new JsonCatalog(system.settings().config().getConfig("streaming-commands"));
        }
      };

  private final ConcurrentHashMap<String, JsonTypes> byService = new ConcurrentHashMap<>();

  /**
   * @throws IllegalArgumentException naming the service whose descriptor set cannot be read
   */
  public static JsonCatalog get(ActorSystem<?> system) {
    return system.registerExtension(ID);
  }

  /**
   * Reads the descriptor sets that a configuration names, and forgets them.
   *
   * @param config the section {@code streaming-commands}
   * @throws IllegalArgumentException naming the service whose descriptor set cannot be read
   */
  public static void check(Config config) {
    new JsonCatalog(config);
  }

  private JsonCatalog(Config config) {
    Config services = config.getConfig("services");
    for (String service : config.getObject("services").keySet()) {
      try {
        Config own = services.getConfig('"' + service + '"');
        if (own.hasPath(KEY)) {
          for (String file : own.getStringList(KEY)) {
            register(service, FileDescriptorSet.parseFrom(Files.readAllBytes(Path.of(file))));
          }
        }
      } catch (InvalidProtocolBufferException e) {
        throw wrong(service, "is no descriptor set: " + e.getMessage(), e);
      } catch (IOException e) {
        throw wrong(service, "cannot read " + e.getMessage(), e);
      } catch (ConfigException | IllegalArgumentException e) {
        throw wrong(service, String.valueOf(e.getMessage()), e);
      }
    }
  }

  private static IllegalArgumentException wrong(String service, String problem, Exception cause) {
    return new IllegalArgumentException(
        "streaming-commands.services.%s.%s: %s".formatted(service, KEY, problem), cause);
  }

  /** The types of the files, without those that they import. */
  public void register(String service, FileDescriptor... files) {
    byService.merge(
        service,
        JsonTypes.WELL_KNOWN.with(Arrays.asList(files)),
        (known, added) -> known.with(Arrays.asList(files)));
  }

  /**
   * @param files as {@code protoc --include_imports --descriptor_set_out=FILE} writes them
   * @throws IllegalArgumentException where they do not fit together
   */
  public void register(String service, FileDescriptorSet files) {
    byService.compute(
        service,
        (name, known) -> {
          try {
            return (known == null ? JsonTypes.WELL_KNOWN : known).with(files);
          } catch (JsonProblem e) {
            throw new IllegalArgumentException(e.getMessage(), e);
          }
        });
  }

  /** Those of a service; the well-known ones where it registered none. */
  public JsonTypes of(String service) {
    return byService.getOrDefault(service, JsonTypes.WELL_KNOWN);
  }
}
