package org.streamingcommands.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Sends back what it hears, and tells how each of its connections ended. */
final class EchoServer implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
  private final Thread acceptor;

  EchoServer() throws IOException {
    acceptor = daemon(this::accept);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  /** "end" for an orderly one, else the exception's message. */
  String awaitEnd() throws InterruptedException {
    return String.valueOf(ends.poll(30, TimeUnit.SECONDS));
  }

  boolean sawAnEnd() {
    return !ends.isEmpty();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        daemon(() -> echo(socket));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private void echo(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
      ends.add("end");
    } catch (IOException e) {
      ends.add(String.valueOf(e.getMessage()));
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "echo");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Nothing is taken any more once it returns. */
  @Override
  public void close() throws IOException {
    server.close();
    try {
      // A thread that was in accept(2) holds the socket open, and may still take a connection of
      // after the close, until it has woken.
      acceptor.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
