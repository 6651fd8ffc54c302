package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReadmeTest {
  private static final Pattern JAVA_BLOCK = Pattern.compile("(?ms)^ *```java\\R(.*?)^ *```$");
  private static final Pattern PATH = Pattern.compile("`((?:src|conf|proto)/[\\w./-]+)`");

  @ParameterizedTest
  @MethodSource("snippets")
  void aSnippetCompiles(String snippet, @TempDir Path classes) {
    StringWriter complaints = new StringWriter();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

    boolean compiled =
        compiler
            .getTask(
                complaints,
                null,
                null,
                List.of("-proc:none", "-cp", classPath(), "-d", classes.toString()),
                null,
                List.of(source(snippet)))
            .call();

    assertThat(compiled).as(complaints.toString()).isTrue();
  }

  @Test
  void thereAreSnippets() throws IOException {
    assertThat(snippets()).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void everyFileThatItNamesIsThere() throws IOException {
    assertThat(PATH.matcher(readme()).results().map(found -> Path.of(found.group(1))))
        .isNotEmpty()
        .allSatisfy(path -> assertThat(path).exists());
  }

  static List<String> snippets() throws IOException {
    return JAVA_BLOCK
        .matcher(readme())
        .results()
        .map(found -> found.group(1).stripTrailing().stripIndent())
        .toList();
  }

  private static String readme() throws IOException {
    return Files.readString(Path.of("README.md"));
  }

  /** Imports at the top, the rest as a method's body. */
  private static SimpleJavaFileObject source(String snippet) {
    String imports = snippet.lines().filter(ReadmeTest::isImport).collect(Collectors.joining("\n"));
    String body = snippet.lines().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
    String code = imports + "\nclass Snippet { void run() throws Exception {\n" + body + "\n} }\n";
    return new SimpleJavaFileObject(
        URI.create("string:///Snippet.java"), SimpleJavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return code;
      }
    };
  }

  private static boolean isImport(String line) {
    return line.startsWith("import ");
  }

  /** The test runner may start its JVM with a jar that only points to the real class path. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
