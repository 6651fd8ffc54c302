package org.streamingcommands.client;

import java.util.Optional;
import org.streamingcommands.command.Receipt;

/** What a sender wants to hear of its command; the transport leaves out the rest where it can. */
enum SendWish {
  /** How it ended, and nothing before. */
  OUTCOME(Optional.empty()),
  /** The first receipt from this one on, or the outcome where that comes first; then no more. */
  QUEUED(Optional.of(Receipt.QUEUED)),
  SENT(Optional.of(Receipt.SENT)),
  RECEIVED(Optional.of(Receipt.RECEIVED)),
  /** Every receipt and progress, and then the outcome. */
  ALL_STEPS(Optional.empty());

  private final Optional<Receipt> receipt;

  SendWish(Optional<Receipt> receipt) {
    this.receipt = receipt;
  }

  static SendWish of(Receipt receipt) {
    return switch (receipt) {
      case QUEUED -> QUEUED;
      case SENT -> SENT;
      case RECEIVED -> RECEIVED;
    };
  }

  /** The receipt that ends the wait. */
  Optional<Receipt> receipt() {
    return receipt;
  }
}
