package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** A client that dials the edge as robot-7, by its token or by another proof, and how that ends. */
final class Robot7 {
  static final String TOKEN = TokenHash.newToken("robot-7");
  static final String PRINCIPAL =
      "security.principals.robot-7 { token = \"%s\", clients = [\"bots/robot-7\"] }"
          .formatted(TokenHash.of(TOKEN));

  private Robot7() {}

  static ScriptedClient dial(TestNode node, String token) {
    return ScriptedClient.dial(node.edgeAddress(), InsecureChannelCredentials.create(), token);
  }

  static ScriptedClient dial(TestNode node, ChannelCredentials transport) {
    return ScriptedClient.dial(node.edgeAddress(), transport, "");
  }

  /** Whether it is welcome by its name. */
  static boolean isLetIn(TestNode node, ChannelCredentials transport, String token) {
    try (ScriptedClient client = ScriptedClient.dial(node.edgeAddress(), transport, token)) {
      client.hello(TestNode.SERVICE, "robot-7");
      client.leave();
      return client.awaitEnd().isOk();
    }
  }

  /** Waits for what the node reads again from a file. */
  static void eventually(BooleanSupplier check) {
    long until = System.nanoTime() + TestNode.PATIENCE.toNanos();
    while (!check.getAsBoolean()) {
      assertThat(System.nanoTime()).as("what is in the new file never came").isLessThan(until);
    }
  }

  static void assertEnd(ScriptedClient client, Status.Code code, String said) {
    Status end = client.awaitEnd();
    assertThat(end.getCode()).as(end.toString()).isEqualTo(code);
    assertThat(end.getDescription()).contains(said);
  }

  /** The keys of a configuration, and more of them. */
  static String[] append(String[] keys, String... more) {
    String[] all = Arrays.copyOf(keys, keys.length + more.length);
    System.arraycopy(more, 0, all, keys.length, more.length);
    return all;
  }
}
