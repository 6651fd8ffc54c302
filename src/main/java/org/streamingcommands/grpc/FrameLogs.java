package org.streamingcommands.grpc;

import io.grpc.netty.shaded.io.netty.util.internal.logging.InternalLogger;
import io.grpc.netty.shaded.io.netty.util.internal.logging.InternalLoggerFactory;
import io.grpc.netty.shaded.io.netty.util.internal.logging.JdkLoggerFactory;
import io.grpc.netty.shaded.io.netty.util.internal.logging.Slf4JLoggerFactory;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps tokens out of logs. At DEBUG, grpc-java's transport logs every HTTP/2 frame, and with the
 * headers the token that a caller shows. Whoever turns the root logger up does not mean that.
 */
public final class FrameLogs {
  /** Those that log frames, and nothing else through Netty. */
  private static final Set<String> LOGGERS =
      Set.of(
          "io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler",
          "io.grpc.netty.shaded.io.grpc.netty.NettyClientHandler");

  static {
    InternalLoggerFactory.setDefaultFactory(new WithoutFrames());
  }

  private FrameLogs() {}

  /** Once for this JVM, before the first channel or server; may be called again. */
  public static void keepOut() {
    // Loading this class did it.
  }

  private static final class WithoutFrames extends InternalLoggerFactory {
    private final Slf4JLoggerFactory others = (Slf4JLoggerFactory) Slf4JLoggerFactory.INSTANCE;
    private final JdkLoggerFactory silent = (JdkLoggerFactory) JdkLoggerFactory.INSTANCE;

    /** Held, so that its level is not forgotten with it. */
    private final Logger off = Logger.getLogger(FrameLogs.class.getName());

    WithoutFrames() {
      off.setLevel(Level.OFF);
    }

    @Override
    protected InternalLogger newInstance(String name) {
      return LOGGERS.contains(name) ? silent.newInstance(off.getName()) : others.newInstance(name);
    }
  }
}
