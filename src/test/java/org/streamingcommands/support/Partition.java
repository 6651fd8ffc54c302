package org.streamingcommands.support;

import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter;

/** Cuts nodes of this JVM off from each other; they need {@link #CONFIG}. Sockets stay open. */
@SuppressWarnings("deprecation") // Of the classic transport, whose words Artery takes.
public final class Partition {
  /** Pekko's own test mode. */
  public static final String CONFIG = "pekko.remote.artery.advanced.test-mode = on\n";

  private Partition() {}

  /** Nothing gets from one to the other. */
  public static void cut(ActorSystem<?> one, ActorSystem<?> other) {
    tell(one, other, ThrottlerTransportAdapter.Blackhole$.MODULE$);
    tell(other, one, ThrottlerTransportAdapter.Blackhole$.MODULE$);
  }

  /** Everything gets through again. */
  public static void heal(ActorSystem<?> one, ActorSystem<?> other) {
    tell(one, other, ThrottlerTransportAdapter.Unthrottled$.MODULE$);
    tell(other, one, ThrottlerTransportAdapter.Unthrottled$.MODULE$);
  }

  /** A Scala object inside another, which Java has no name for. */
  private static ThrottlerTransportAdapter.Direction bothWays() {
    try {
      return (ThrottlerTransportAdapter.Direction)
          Class.forName(ThrottlerTransportAdapter.Direction.class.getName() + "$Both$")
              .getField("MODULE$")
              .get(null);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static void tell(
      ActorSystem<?> system, ActorSystem<?> other, ThrottlerTransportAdapter.ThrottleMode mode) {
    Address address = Cluster.get(other).selfMember().address();
    RemoteActorRefProvider provider =
        (RemoteActorRefProvider) ((ExtendedActorSystem) system.classicSystem()).provider();
    provider
        .transport()
        .managementCommand(new ThrottlerTransportAdapter.SetThrottle(address, bothWays(), mode));
  }
}
