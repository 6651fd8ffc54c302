package org.streamingcommands.client;

import com.google.protobuf.StringValue;
import org.streamingcommands.node.StreamingNode;

/** The contract, told directly in the same JVM. */
class LocalFleetClientTest extends FleetClientContract {
  @Override
  StreamingFleetClient<StringValue> client(StreamingNode node, String service) {
    return StreamingFleetClient.local(node.system(), service);
  }
}
