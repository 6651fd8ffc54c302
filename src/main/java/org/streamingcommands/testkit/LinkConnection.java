package org.streamingcommands.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** One connection through a link: two sockets and a pipe each way. On the loop only. */
final class LinkConnection {
  private final LinkLoop loop;
  private final Consumer<LinkConnection> onEnd;
  private final SocketChannel near;
  private final SocketChannel far;
  private final SelectionKey nearKey;
  private final SelectionKey farKey;
  private final LinkPipe toServer;
  private final LinkPipe toClient;
  private boolean ended;

  LinkConnection(
      LinkLoop loop,
      SocketChannel near,
      InetSocketAddress target,
      Map<Direction, LinkRules> rules,
      SplittableRandom random,
      Consumer<LinkConnection> onEnd)
      throws IOException {
    this.loop = loop;
    this.near = near;
    this.onEnd = onEnd;
    this.far = SocketChannel.open();
    this.toServer = new LinkPipe(this, near, far, rules.get(Direction.TO_SERVER), random.split());
    this.toClient = new LinkPipe(this, far, near, rules.get(Direction.TO_CLIENT), random.split());
    near.configureBlocking(false);
    near.setOption(StandardSocketOptions.TCP_NODELAY, true);
    far.configureBlocking(false);
    far.setOption(StandardSocketOptions.TCP_NODELAY, true);
    nearKey = near.register(loop.selector(), 0, (LinkLoop.Ready) this::nearReady);
    farKey =
        far.register(loop.selector(), SelectionKey.OP_CONNECT, (LinkLoop.Ready) this::farReady);
    try {
      far.connect(target);
    } catch (IOException e) {
      far.close();
      throw e;
    }
    update();
  }

  LinkLoop loop() {
    return loop;
  }

  private void nearReady(SelectionKey key) {
    if (key.isReadable()) {
      toServer.read();
    }
    if (key.isValid() && key.isWritable()) {
      toClient.pump();
    }
    update();
  }

  private void farReady(SelectionKey key) {
    if (key.isConnectable()) {
      try {
        far.finishConnect();
      } catch (IOException e) {
        reset();
        return;
      }
    }
    if (key.isValid() && far.isConnected()) {
      if (key.isReadable()) {
        toClient.read();
      }
      if (key.isValid() && key.isWritable()) {
        toServer.pump();
      }
    }
    update();
  }

  /** The rules changed, or time passed. */
  void wake() {
    if (!ended && far.isConnected()) {
      toServer.pump();
      toClient.pump();
      update();
    }
  }

  private void update() {
    if (ended || !far.isConnected()) {
      return;
    }
    if (toServer.isDone()
        && toClient.isDone()
        && !toServer.wantsToRead()
        && !toClient.wantsToRead()) {
      end();
      return;
    }
    nearKey.interestOps(ops(toServer, toClient));
    farKey.interestOps(ops(toClient, toServer));
  }

  private static int ops(LinkPipe from, LinkPipe to) {
    return (from.wantsToRead() ? SelectionKey.OP_READ : 0)
        | (to.wantsToWrite() ? SelectionKey.OP_WRITE : 0);
  }

  /** Ends it as a crash would: both sides hear a reset, and what was under way is lost. */
  void reset() {
    if (ended) {
      return;
    }
    linger(near);
    linger(far);
    end();
  }

  /** Ends it in order: both sides hear an end, and what was under way is lost. */
  void finish() {
    if (ended) {
      return;
    }
    if (!far.isConnected()) {
      reset();
      return;
    }
    try {
      toServer.discard();
      toClient.discard();
      near.shutdownOutput();
      far.shutdownOutput();
      update();
    } catch (IOException e) {
      reset();
    }
  }

  private void end() {
    ended = true;
    close(near);
    close(far);
    onEnd.accept(this);
  }

  private static void linger(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      // It is closed already, and a closed socket needs no reset.
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is left that could be closed.
    }
  }
}
