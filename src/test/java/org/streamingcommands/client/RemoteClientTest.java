package org.streamingcommands.client;

import com.google.protobuf.StringValue;
import org.streamingcommands.node.StreamingNode;

/** The contract, through the api over a real connection. */
class RemoteClientTest extends CommandClientContract {
  @Override
  StreamingCommandClient<StringValue> client(StreamingNode node, String service, String clientId) {
    CommandClientSettings settings =
        CommandClientSettings.of("127.0.0.1:" + node.apiAddress().getPort());
    return StreamingCommandClient.remote(settings, service, clientId);
  }
}
