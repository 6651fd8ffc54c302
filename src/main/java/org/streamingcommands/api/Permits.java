package org.streamingcommands.api;

import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.streamingcommands.connection.ClientView;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.security.Action;
import org.streamingcommands.security.Principal;

/**
 * Whether a principal may do what it asks for. Looked at before anything else of a request, so that
 * who may do nothing with a service does not learn whether there is one.
 */
final class Permits {
  private Permits() {}

  /** One command of this type to one client, or to many, and now. */
  static void command(Principal principal, Action action, String service, CommandSpec command)
      throws InvalidRequest {
    String type = command.getPayload().getTypeUrl();
    if (!principal.may(action, service, type)) {
      throw InvalidRequest.notPermitted(
          "%s may not %s %s to service '%s'"
              .formatted(
                  principal, verb(action), type.substring(type.lastIndexOf('/') + 1), service));
    }
    int most = principal.quota().maxMessageBytes();
    int size = command.getPayload().getSerializedSize();
    if (most > 0 && size > most) {
      throw InvalidRequest.tooLarge(
          "command.payload: has %d bytes, max-message-size of %s is %d"
              .formatted(size, principal, most));
    }
    now(principal);
  }

  private static void now(Principal principal) throws InvalidRequest {
    if (!principal.quota().takeCall()) {
      throw InvalidRequest.rateLimited("%s calls more often than it may".formatted(principal));
    }
  }

  /** Something with one service, and now, that any of these permits. */
  static void anyOf(Principal principal, Set<Action> actions, String service)
      throws InvalidRequest {
    if (actions.stream().noneMatch(action -> principal.may(action, service))) {
      throw InvalidRequest.notPermitted(
          "%s may do none of %s with service '%s'"
              .formatted(
                  principal,
                  actions.stream().map(Permits::verb).sorted().collect(Collectors.joining(", ")),
                  service));
    }
    now(principal);
  }

  /** Something else with one service, and now. */
  static void service(Principal principal, Action action, String service) throws InvalidRequest {
    boolean permitted =
        service.isEmpty() ? principal.mayWithAll(action) : principal.may(action, service);
    if (!permitted) {
      throw InvalidRequest.notPermitted(
          service.isEmpty()
              ? "%s may not %s all services".formatted(principal, verb(action))
              : "%s may not %s service '%s'".formatted(principal, verb(action), service));
    }
    now(principal);
  }

  /** Whether the types of all commands that were found are among those. */
  static boolean everyCommand(ClientView view, Predicate<String> types) {
    return view.pending().stream().allMatch(pending -> types.test(pending.typeUrl()))
        && view.ended().stream().allMatch(ended -> types.test(ended.typeUrl()));
  }

  /** A command that is known, and whose type is not for this principal; it is not named. */
  static InvalidRequest otherType(Principal principal) {
    return InvalidRequest.notPermitted(
        "%s has nothing to do with commands of that one's type".formatted(principal));
  }

  private static String verb(Action action) {
    return action.name().toLowerCase(java.util.Locale.ROOT);
  }
}
