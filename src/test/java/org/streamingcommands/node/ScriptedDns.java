package org.streamingcommands.node;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A name server on loopback that knows what a test tells it: A and SRV records, over UDP. */
final class ScriptedDns implements AutoCloseable {
  private static final int A = 1;
  private static final int SRV = 33;
  private static final int ANSWER = 0x8580;
  private static final int NO_SUCH_NAME = 3;

  /** Where a service is; its target is a name with A records. */
  record Service(String target, int port) {}

  private final Map<String, List<String>> addresses = new ConcurrentHashMap<>();
  private final Map<String, List<Service>> services = new ConcurrentHashMap<>();
  private final Set<String> asked = ConcurrentHashMap.newKeySet();
  private final DatagramSocket socket;

  ScriptedDns() throws SocketException {
    socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread thread = new Thread(this::serve, "scripted-dns");
    thread.setDaemon(true);
    thread.start();
  }

  ScriptedDns address(String name, String... ips) {
    addresses.put(name, List.of(ips));
    return this;
  }

  ScriptedDns service(String name, Service... targets) {
    services.put(name, List.of(targets));
    return this;
  }

  /** What pekko.io.dns.async-dns.nameservers takes. */
  String nameserver() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  boolean wasAsked(String name) {
    return asked.contains(name);
  }

  @Override
  public void close() {
    socket.close();
  }

  private void serve() {
    byte[] bytes = new byte[512];
    while (!socket.isClosed()) {
      try {
        DatagramPacket question = new DatagramPacket(bytes, bytes.length);
        socket.receive(question);
        byte[] answer = answer(ByteBuffer.wrap(bytes, 0, question.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
      } catch (IOException e) {
        if (!socket.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private byte[] answer(ByteBuffer question) throws IOException {
    short id = question.getShort(0);
    question.position(12);
    String name = readName(question);
    int type = question.getShort();
    asked.add(name);
    List<String> ips = type == A ? addresses.getOrDefault(name, List.of()) : List.of();
    List<Service> found = type == SRV ? services.getOrDefault(name, List.of()) : List.of();
    boolean isKnown = addresses.containsKey(name) || services.containsKey(name);

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(id);
    out.writeShort(isKnown ? ANSWER : ANSWER | NO_SUCH_NAME);
    out.writeShort(1);
    out.writeShort(ips.size() + found.size());
    out.writeShort(0);
    out.writeShort(found.stream().mapToInt(s -> addresses.get(s.target()).size()).sum());
    writeName(out, name);
    out.writeShort(type);
    out.writeShort(1);
    for (String ip : ips) {
      writeAddress(out, name, ip);
    }
    for (Service service : found) {
      writeService(out, name, service);
    }
    for (Service service : found) {
      for (String ip : addresses.get(service.target())) {
        writeAddress(out, service.target(), ip);
      }
    }
    return bytes.toByteArray();
  }

  private static void writeAddress(DataOutputStream out, String name, String ip)
      throws IOException {
    writeHead(out, name, A, 4);
    out.write(InetAddress.getByName(ip).getAddress());
  }

  private static void writeService(DataOutputStream out, String name, Service service)
      throws IOException {
    writeHead(out, name, SRV, 6 + service.target().length() + 2);
    out.writeShort(0);
    out.writeShort(0);
    out.writeShort(service.port());
    writeName(out, service.target());
  }

  private static void writeHead(DataOutputStream out, String name, int type, int length)
      throws IOException {
    writeName(out, name);
    out.writeShort(type);
    out.writeShort(1);
    out.writeInt(1);
    out.writeShort(length);
  }

  private static void writeName(DataOutputStream out, String name) throws IOException {
    for (String label : name.split("\\.")) {
      out.writeByte(label.length());
      out.write(label.getBytes(StandardCharsets.US_ASCII));
    }
    out.writeByte(0);
  }

  private static String readName(ByteBuffer from) {
    StringBuilder name = new StringBuilder();
    for (int length = from.get(); length > 0; length = from.get()) {
      byte[] label = new byte[length];
      from.get(label);
      name.append(name.length() == 0 ? "" : ".");
      name.append(new String(label, StandardCharsets.US_ASCII));
    }
    return name.toString();
  }
}
