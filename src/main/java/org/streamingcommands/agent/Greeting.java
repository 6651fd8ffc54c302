package org.streamingcommands.agent;

import com.google.protobuf.CodedOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.Hello;

/**
 * A hello and the results that went with it. It carries the oldest unconfirmed results up to a
 * bound; the server's welcome confirms those, and the others follow it as ordinary results.
 */
record Greeting(ClientFrame frame, List<FinishedCommand> results) {
  private static final int MAX_RESULTS = 1000;
  private static final int MAX_BYTES = 1 << 20;

  static Greeting of(Identity identity, long lastEpoch, Ledger ledger) {
    Hello.Builder hello = identity.hello().setLastEpoch(lastEpoch).setBatches(true);
    // Running first: a command that ends in between is then in both lists, never in none.
    ledger.running().forEach(command -> hello.addRunningCommandIds(command.commandId()));
    var results = new ArrayList<FinishedCommand>();
    int bytes = 0;
    for (FinishedCommand finished : ledger.unconfirmed()) {
      int size = CodedOutputStream.computeMessageSizeNoTag(finished.result());
      if (results.size() == MAX_RESULTS) {
        break;
      }
      if (bytes + size <= MAX_BYTES) {
        bytes += size;
        results.add(finished);
        hello.addUnconfirmedResults(finished.result());
      }
    }
    return new Greeting(ClientFrame.newBuilder().setHello(hello).build(), results);
  }
}
