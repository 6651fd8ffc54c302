package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.http.FrameReader;
import org.streamingcommands.grpc.http.MessageEncoding;
import org.streamingcommands.grpc.v1.DispatchResponse;

/** Answers as a sender reads them. */
class DispatchAnswersTest {
  private final DispatchAnswers answers = new DispatchAnswers();

  @Test
  void eachIsAMessageForASenderThatSaidNothing() throws Exception {
    answers.add(answer(1, 10));
    answers.add(answer(2, 10));
    assertThat(taken()).containsExactly(answer(1, 10), answer(2, 10));
  }

  @Test
  void severalAreOneMessageForOneThatReadsBatches() throws Exception {
    answers.takeBatches();
    answers.add(answer(1, 10));
    answers.add(answer(2, 10));
    assertThat(taken())
        .containsExactly(
            DispatchResponse.newBuilder()
                .addBatch(answer(1, 10))
                .addBatch(answer(2, 10))
                .setBatches(true)
                .build());
  }

  @Test
  void oneIsNoBatchAndOnlyTheFirstMessageSaysThatTheNodeReadsSome() throws Exception {
    answers.takeBatches();
    answers.add(answer(1, 10));
    assertThat(taken()).containsExactly(answer(1, 10).toBuilder().setBatches(true).build());
    answers.add(answer(2, 10));
    assertThat(taken()).containsExactly(answer(2, 10));
  }

  @Test
  void aLargeOneGoesAloneInItsPlace() throws Exception {
    answers.takeBatches();
    answers.add(answer(1, 10));
    taken();
    answers.add(answer(2, 10));
    answers.add(answer(3, 5_000));
    answers.add(answer(4, 10));
    assertThat(taken()).containsExactly(answer(2, 10), answer(3, 5_000), answer(4, 10));
  }

  @Test
  void itIsFullWithOrWithoutBatches() throws Exception {
    assertThat(countUntilFull()).isBetween(30, 40);
    taken();
    answers.takeBatches();
    assertThat(countUntilFull()).isBetween(30, 40);
    assertThat(answers.isEmpty()).isFalse();
    assertThat(taken()).hasSize(1);
    assertThat(answers.isEmpty()).isTrue();
    assertThat(answers.isFull()).isFalse();
  }

  private int countUntilFull() {
    int count = 0;
    while (!answers.isFull()) {
      answers.add(answer(++count, 1_000));
    }
    return count;
  }

  private static DispatchResponse answer(long id, int bytes) {
    DispatchResponse.Builder answer = DispatchResponse.newBuilder().setCorrelationId(id);
    answer
        .getOutcomeBuilder()
        .getCompletedBuilder()
        .setResult(Any.newBuilder().setValue(ByteString.copyFrom(new byte[bytes])));
    return answer.build();
  }

  private List<DispatchResponse> taken() throws Exception {
    FrameReader<DispatchResponse> reader =
        new FrameReader<>(DispatchResponse.parser(), MessageEncoding.IDENTITY, 1 << 20);
    reader.add(answers.take());
    List<DispatchResponse> messages = new ArrayList<>();
    for (var next = reader.next(); next != null; next = reader.next()) {
      messages.add(next);
    }
    return messages;
  }
}
