package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.BytesValue;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.ServerFrame;

class PayloadsTest {

  static Stream<Message> messages() {
    StringValue text = StringValue.of("färdig");
    return Stream.of(
        text,
        BytesValue.getDefaultInstance(),
        Empty.getDefaultInstance(),
        Any.pack(text),
        CommandResult.newBuilder().setCommandId("c1").build(),
        ServerFrame.getDefaultInstance(),
        // One class of many types.
        DynamicMessage.newBuilder(text).build(),
        DynamicMessage.getDefaultInstance(Empty.getDescriptor()),
        DynamicMessage.newBuilder(text).build());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void isPackedAsProtobufItselfDoes(Message message) {
    assertThat(Payloads.pack(message)).isEqualTo(Any.pack(message));
    assertThat(Payloads.pack(message)).isEqualTo(Any.pack(message));
  }
}
