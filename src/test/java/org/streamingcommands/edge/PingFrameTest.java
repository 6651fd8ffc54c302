package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.v1.Ping;
import org.streamingcommands.grpc.v1.ServerFrame;

/** Pings are written as generated code would write them, to the byte. */
class PingFrameTest {
  private static final long[] NUMBERS = {0, 1, 127, 128, 1L << 35, Long.MAX_VALUE, -1};

  @Test
  void aPingIsWrittenAsGeneratedCodeDoes() throws IOException {
    for (long nonce : NUMBERS) {
      for (long confirmed : NUMBERS) {
        byte[] generated =
            ServerFrame.newBuilder()
                .setPing(Ping.newBuilder().setNonce(nonce).setResultsConfirmed(confirmed))
                .build()
                .toByteArray();
        PingFrame frame = new PingFrame(nonce, confirmed);
        assertThat(frame.size()).isEqualTo(generated.length);
        try (InputStream written = new OutboundMarshaller().stream(frame)) {
          assertThat(written.readAllBytes()).isEqualTo(generated);
        }
      }
    }
  }
}
