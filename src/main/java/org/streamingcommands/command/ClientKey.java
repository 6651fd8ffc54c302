package org.streamingcommands.command;

/**
 * Names one client: its service and its id, unique within the service.
 *
 * @param service see {@link Names#problemWithService}
 * @param clientId see {@link Names#problemWithClientId}
 * @param entityId both as one string, made once because every send needs it
 */
public record ClientKey(String service, String clientId, String entityId)
    implements Comparable<ClientKey> {

  /**
   * @throws IllegalArgumentException where one of the two breaks its rule; the message names it
   */
  public static ClientKey of(String service, String clientId) {
    check(service, clientId);
    // A service name holds no slash, so the first one parts the two.
    return new ClientKey(service, clientId, service + '/' + clientId);
  }

  public static ClientKey ofEntityId(String entityId) {
    int slash = entityId.indexOf('/');
    String service = entityId.substring(0, slash);
    String clientId = entityId.substring(slash + 1);
    check(service, clientId);
    return new ClientKey(service, clientId, entityId);
  }

  private static void check(String service, String clientId) {
    Names.problemWithService(service)
        .or(() -> Names.problemWithClientId(clientId))
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(problem);
            });
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClientKey key && entityId.equals(key.entityId);
  }

  @Override
  public int hashCode() {
    return entityId.hashCode();
  }

  @Override
  public int compareTo(ClientKey other) {
    int byService = service.compareTo(other.service);
    return byService != 0 ? byService : clientId.compareTo(other.clientId);
  }

  @Override
  public String toString() {
    return entityId;
  }
}
