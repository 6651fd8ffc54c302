package org.streamingcommands;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The arrows between packages. What is on the left may know what is on the right, never the other
 * way: Main, cli, node, { edge, api, trunk }, { registry, security }, service, connection, command.
 */
class ArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.streamingcommands");

  private static final String ROOT = "org.streamingcommands.";
  private static final String GENERATED = ROOT + "grpc.v1..";

  @Test
  void commandKnowsJavaAndProtobufOnly() {
    classes()
        .that()
        .resideInAPackage(ROOT + "command..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..", "com.google.protobuf..", "org.jspecify..", ROOT + "command.."))
        .check(OURS);
  }

  @Test
  void connectionKnowsNoHttpAndNoRpc() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "connection..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.pekko.http..", "io.grpc..", GENERATED)
        .check(OURS);
  }

  @Test
  void connectionKnowsCommandAndTheWordsBetweenNodesOnly() {
    knowsOnly("connection", "command", "dispatch", "cluster.v1").check(OURS);
  }

  @Test
  void nobodyElseKnowsTheWordsBetweenNodes() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "connection..", ROOT + "cluster.v1..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "cluster..")
        .check(OURS);
  }

  @Test
  void serviceKnowsWhatIsToItsRightOnly() {
    knowsOnly("service", "connection", "command", "grpc").check(OURS);
  }

  @Test
  void registryKnowsWhatIsToItsRightOnly() {
    knowsOnly("registry", "service", "connection", "command").check(OURS);
  }

  @Test
  void edgeKnowsWhatIsToItsRightOnly() {
    knowsOnly("edge", "security", "connection", "command", "grpc").check(OURS);
  }

  @Test
  void trunkKnowsConnectionOnly() {
    knowsOnly("trunk", "connection").check(OURS);
  }

  @Test
  void apiKnowsWhatIsToItsRightOnly() {
    knowsOnly("api", "security", "registry", "service", "connection", "command", "grpc", "json")
        .check(OURS);
  }

  @Test
  void opsKnowsWhatIsToItsRightOnly() {
    knowsOnly("ops", "connection", "command", "grpc", "json", "trace").check(OURS);
  }

  @Test
  void jsonKnowsNoneOfOurs() {
    knowsOnly("json").check(OURS);
  }

  @Test
  void traceKnowsNoneOfOurs() {
    knowsOnly("trace").check(OURS);
  }

  @Test
  void clientKnowsWhatIsToItsRightOnly() {
    knowsOnly("client", "connection", "command", "credentials", "grpc", "trace").check(OURS);
  }

  @Test
  void agentKnowsWhatIsToItsRightOnly() {
    knowsOnly("agent", "command", "credentials", "grpc", "trace").check(OURS);
  }

  @Test
  void securityKnowsWhatIsToItsRightOnly() {
    knowsOnly("security", "command", "credentials").check(OURS);
  }

  @Test
  void credentialsKnowNothingOfOurs() {
    knowsOnly("credentials").check(OURS);
  }

  @Test
  void neitherSecurityNorCredentialsKnowPekko() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + "security..", ROOT + "credentials..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.pekko..", "scala..")
        .check(OURS);
  }

  @Test
  void agentKnowsNoPekko() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "agent..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.pekko..", "scala..")
        .check(OURS);
  }

  @Test
  void nodeKnowsWhatIsToItsRightOnly() {
    knowsOnly(
            "node",
            "edge",
            "api",
            "trunk",
            "ops",
            "security",
            "registry",
            "service",
            "connection",
            "command",
            "client",
            "grpc",
            "json",
            "trace")
        .check(OURS);
  }

  @Test
  void examplesKnowPublicPackagesOnly() {
    knowsOnly(
            "examples",
            "command",
            "client",
            "agent",
            "credentials",
            "service",
            "registry",
            "node",
            "connection",
            "grpc")
        .check(OURS);
  }

  @Test
  void benchKnowsPublicPackagesOnly() {
    knowsOnly("bench", "command", "client", "agent", "node", "process", "grpc").check(OURS);
  }

  @Test
  void processKnowsNobody() {
    knowsOnly("process").check(OURS);
  }

  @Test
  void nobodyKnowsTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "cli..", "org.streamingcommands")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "cli..")
        .check(OURS);
  }

  private static ArchRule knowsOnly(String left, String... right) {
    return noClasses()
        .that()
        .resideInAPackage(ROOT + left + "..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are ours and not to the right of " + left,
                target ->
                    target.getPackageName().startsWith("org.streamingcommands")
                        && !isUnder(target.getPackageName(), left)
                        && Arrays.stream(right)
                            .noneMatch(name -> isUnder(target.getPackageName(), name))))
        .allowEmptyShould(true);
  }

  private static boolean isUnder(String packageName, String name) {
    return packageName.equals(ROOT + name) || packageName.startsWith(ROOT + name + ".");
  }
}
