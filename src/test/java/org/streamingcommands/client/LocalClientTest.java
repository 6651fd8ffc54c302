package org.streamingcommands.client;

import com.google.protobuf.StringValue;
import org.streamingcommands.node.StreamingNode;

/** The contract, told directly in the same JVM. */
class LocalClientTest extends CommandClientContract {
  @Override
  StreamingCommandClient<StringValue> client(StreamingNode node, String service, String clientId) {
    return StreamingCommandClient.local(node.system(), service, clientId);
  }
}
