package org.streamingcommands;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/**
 * The arrows between packages. What is on the left may know what is on the right, never the other
 * way: Main, cli, node, { edge, api }, registry, service, connection, command.
 */
@AnalyzeClasses(
    packages = "org.streamingcommands",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "org.streamingcommands.";
  private static final String GENERATED = ROOT + "grpc.v1..";

  @ArchTest
  static final ArchRule commandKnowsJavaAndProtobufOnly =
      classes()
          .that()
          .resideInAPackage(ROOT + "command..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                  "java..", "com.google.protobuf..", "org.jspecify..", ROOT + "command.."));

  @ArchTest
  static final ArchRule connectionKnowsNoHttpAndNoGeneratedCode =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "connection..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.pekko.http..", "io.grpc..", GENERATED);

  @ArchTest static final ArchRule connectionKnowsCommandOnly = knowsOnly("connection", "command");

  @ArchTest static final ArchRule service = knowsOnly("service", "connection", "command", "grpc");

  @ArchTest
  static final ArchRule registry = knowsOnly("registry", "service", "connection", "command");

  @ArchTest static final ArchRule edge = knowsOnly("edge", "connection", "command", "grpc");

  @ArchTest
  static final ArchRule api =
      knowsOnly("api", "registry", "service", "connection", "command", "grpc");

  @ArchTest static final ArchRule client = knowsOnly("client", "connection", "command", "grpc");

  @ArchTest static final ArchRule agent = knowsOnly("agent", "command", "grpc");

  @ArchTest
  static final ArchRule agentKnowsNoPekko =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "agent..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.pekko..", "scala..");

  @ArchTest
  static final ArchRule node =
      knowsOnly(
          "node", "edge", "api", "registry", "service", "connection", "command", "client", "grpc");

  @ArchTest
  static final ArchRule examplesKnowPublicPackagesOnly =
      knowsOnly(
          "examples",
          "command",
          "client",
          "agent",
          "service",
          "registry",
          "node",
          "connection",
          "grpc");

  @ArchTest
  static final ArchRule nobodyKnowsTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + "cli..", "org.streamingcommands")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "cli..");

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
