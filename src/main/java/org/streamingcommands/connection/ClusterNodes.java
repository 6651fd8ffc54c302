package org.streamingcommands.connection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** The nodes of the cluster as this one sees them, and which of them host clients' entities. */
final class ClusterNodes {
  private final Cluster cluster;
  private final String role;
  private final String node;

  /**
   * @param role of those that host entities; empty where all do
   */
  ClusterNodes(Cluster cluster, String role) {
    this.cluster = cluster;
    this.role = role;
    this.node = cluster.selfMember().address().hostPort();
  }

  /** This node. */
  String self() {
    return node;
  }

  /** Whether this node is no member of its cluster any more. */
  boolean isOut() {
    return cluster.isTerminated();
  }

  /** In the order of their names. */
  List<ClusterMember> all() {
    List<ClusterMember> members = new ArrayList<>();
    var state = cluster.state();
    for (Member member : state.getMembers()) {
      members.add(
          new ClusterMember(
              member.address().hostPort(),
              member.status().toString(),
              !state.getUnreachable().contains(member),
              member.getRoles()));
    }
    members.sort(Comparator.comparing(ClusterMember::node));
    return members;
  }

  Set<String> hosts() {
    Set<String> nodes = new TreeSet<>();
    if (cluster.isTerminated()) {
      return nodes;
    }
    for (Member member : cluster.state().getMembers()) {
      if (isHost(member) && member.status() != MemberStatus.down()) {
        nodes.add(member.address().hostPort());
      }
    }
    return nodes;
  }

  /** Whether another node could take this one's entities over. */
  boolean hasOtherHosts() {
    return !otherHosts().isEmpty();
  }

  List<String> otherHosts() {
    if (cluster.isTerminated()) {
      return List.of();
    }
    List<String> others = new ArrayList<>();
    Set<Member> unreachable = cluster.state().getUnreachable();
    for (Member member : cluster.state().getMembers()) {
      String name = member.address().hostPort();
      if (isHost(member)
          && member.status() == MemberStatus.up()
          && !unreachable.contains(member)
          && !name.equals(node)) {
        others.add(name);
      }
    }
    return others;
  }

  boolean isHost(Member member) {
    return role.isEmpty() || member.hasRole(role);
  }
}
