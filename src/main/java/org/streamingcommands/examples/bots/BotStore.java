package org.streamingcommands.examples.bots;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.examples.bots.v1.BotStatus;

/**
 * The application's database: every bot's status and configuration, in one H2 file. Statements
 * block, so they run on threads of their own, as many as the pool has connections. Thread-safe;
 * futures complete on those threads, exceptionally where the database fails.
 */
public final class BotStore implements AutoCloseable {
  private static final int CONNECTIONS = 4;
  private static final long CLOSE_SECONDS = 10;

  private static final String[] SCHEMA = {
    "CREATE TABLE IF NOT EXISTS bots (id VARCHAR(200) PRIMARY KEY, status VARCHAR(40) NOT NULL)",
    """
    CREATE TABLE IF NOT EXISTS bot_config (
      bot_id VARCHAR(200) NOT NULL REFERENCES bots (id) ON DELETE CASCADE,
      name VARCHAR(200) NOT NULL,
      setting VARCHAR NOT NULL,
      PRIMARY KEY (bot_id, name))
    """
  };

  private final HikariDataSource pool;
  private final ExecutorService threads;

  private interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /**
   * Opens the file, or creates it.
   *
   * @param file without H2's extension
   */
  public static BotStore open(Path file) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("bots");
    config.setJdbcUrl("jdbc:h2:file:" + file.toAbsolutePath());
    config.setUsername("sa");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setAutoCommit(false);
    BotStore store = new BotStore(new HikariDataSource(config));
    store.createSchema();
    return store;
  }

  private BotStore(HikariDataSource pool) {
    this.pool = pool;
    this.threads =
        Executors.newFixedThreadPool(
            CONNECTIONS,
            task -> {
              Thread thread = new Thread(task, "bot-store");
              thread.setDaemon(true);
              return thread;
            });
  }

  private void createSchema() {
    inTransaction(
            connection -> {
              for (String table : SCHEMA) {
                try (PreparedStatement statement = connection.prepareStatement(table)) {
                  statement.execute();
                }
              }
              return true;
            })
        .join();
  }

  /** Makes a bot known, as stopped; one that is known stays as it is. */
  public CompletableFuture<Boolean> add(String botId) {
    return inTransaction(
        connection ->
            status(connection, botId).isEmpty()
                && update(
                    connection,
                    "MERGE INTO bots (id, status) KEY (id) VALUES (?, ?)",
                    botId,
                    BotStatus.BOT_STATUS_STOPPED.name()));
  }

  /** Empty for a bot that is not known. */
  public CompletableFuture<Optional<BotStatus>> status(String botId) {
    return inTransaction(connection -> status(connection, botId));
  }

  /** Saves what a bot says of itself. */
  public CompletableFuture<Boolean> report(String botId, BotStatus status) {
    return inTransaction(
        connection ->
            update(connection, "UPDATE bots SET status = ? WHERE id = ?", status.name(), botId));
  }

  /**
   * Begins a transition.
   *
   * @return the status before; empty for a bot that is not known, of which nothing is saved
   */
  CompletableFuture<Optional<BotStatus>> begin(String botId, BotStatus during) {
    return inTransaction(
        connection -> {
          Optional<BotStatus> before = status(connection, botId);
          update(connection, "UPDATE bots SET status = ? WHERE id = ?", during.name(), botId);
          return before;
        });
  }

  /**
   * Ends a transition, unless the bot reported another status meanwhile: its own word is newer.
   *
   * @return whether it was saved
   */
  CompletableFuture<Boolean> end(String botId, BotStatus during, BotStatus after) {
    return inTransaction(
        connection ->
            update(
                connection,
                "UPDATE bots SET status = ? WHERE id = ? AND status = ?",
                after.name(),
                botId,
                during.name()));
  }

  public CompletableFuture<Map<String, String>> config(String botId) {
    return inTransaction(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT name, setting FROM bot_config WHERE bot_id = ?")) {
            select.setString(1, botId);
            Map<String, String> config = new TreeMap<>();
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                config.put(rows.getString(1), rows.getString(2));
              }
            }
            return config;
          }
        });
  }

  /** Saves a bot's whole configuration. */
  CompletableFuture<Boolean> saveConfig(String botId, Map<String, String> config) {
    return inTransaction(
        connection -> {
          update(connection, "DELETE FROM bot_config WHERE bot_id = ?", botId);
          for (Map.Entry<String, String> setting : config.entrySet()) {
            update(
                connection,
                "INSERT INTO bot_config (bot_id, name, setting) VALUES (?, ?, ?)",
                botId,
                setting.getKey(),
                setting.getValue());
          }
          return true;
        });
  }

  private static Optional<BotStatus> status(Connection connection, String botId)
      throws SQLException {
    // Locked: two transitions of one bot must not read the same status.
    try (PreparedStatement select =
        connection.prepareStatement("SELECT status FROM bots WHERE id = ? FOR UPDATE")) {
      select.setString(1, botId);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(BotStatus.valueOf(row.getString(1))) : Optional.empty();
      }
    }
  }

  private static boolean update(Connection connection, String sql, String... arguments)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < arguments.length; i++) {
        statement.setString(i + 1, arguments[i]);
      }
      return statement.executeUpdate() > 0;
    }
  }

  private <T> CompletableFuture<T> inTransaction(Work<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Connection connection = pool.getConnection()) {
            try {
              T result = work.run(connection);
              connection.commit();
              return result;
            } catch (SQLException | RuntimeException e) {
              connection.rollback();
              throw e;
            }
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        },
        threads);
  }

  /** Lets what is under way end, and closes the file. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
    pool.close();
  }
}
