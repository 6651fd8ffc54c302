package org.streamingcommands.grpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.grpc.Status;
import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.FileDescriptorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Answers what tools ask of a server's descriptors. Every answer brings the imported files along.
 * The messages of v1alpha are the same on the wire. Immutable.
 */
public final class Reflection {
  private final Map<String, FileDescriptor> filesByName = new LinkedHashMap<>();
  private final Map<String, FileDescriptor> filesBySymbol = new LinkedHashMap<>();
  private final Set<String> services = new TreeSet<>();

  /**
   * @param files those with the services that are served
   */
  public Reflection(List<FileDescriptor> files) {
    for (FileDescriptor file : files) {
      add(file);
      file.getServices().forEach(service -> services.add(service.getFullName()));
    }
  }

  private void add(FileDescriptor file) {
    if (filesByName.putIfAbsent(file.getName(), file) != null) {
      return;
    }
    file.getDependencies().forEach(this::add);
    file.getMessageTypes().forEach(type -> add(type, file));
    file.getEnumTypes().forEach(type -> filesBySymbol.put(type.getFullName(), file));
    for (var service : file.getServices()) {
      filesBySymbol.put(service.getFullName(), file);
      service.getMethods().forEach(method -> filesBySymbol.put(method.getFullName(), file));
    }
  }

  private void add(Descriptor type, FileDescriptor file) {
    filesBySymbol.put(type.getFullName(), file);
    type.getEnumTypes().forEach(nested -> filesBySymbol.put(nested.getFullName(), file));
    type.getNestedTypes().forEach(nested -> add(nested, file));
  }

  /** One answer a question; an error is an answer too. */
  public ServerReflectionResponse answer(ServerReflectionRequest request) {
    ServerReflectionResponse.Builder response =
        ServerReflectionResponse.newBuilder()
            .setValidHost(request.getHost())
            .setOriginalRequest(request);
    return switch (request.getMessageRequestCase()) {
      case LIST_SERVICES -> response.setListServicesResponse(list()).build();
      case FILE_BY_FILENAME ->
          withFile(response, filesByName.get(request.getFileByFilename()), "file");
      case FILE_CONTAINING_SYMBOL ->
          withFile(response, filesBySymbol.get(request.getFileContainingSymbol()), "symbol");
      // Proto3 has none.
      case FILE_CONTAINING_EXTENSION, ALL_EXTENSION_NUMBERS_OF_TYPE ->
          withFile(response, null, "extension");
      case MESSAGEREQUEST_NOT_SET ->
          response
              .setErrorResponse(error(Status.Code.INVALID_ARGUMENT, "message_request: must be set"))
              .build();
    };
  }

  private ListServiceResponse list() {
    ListServiceResponse.Builder list = ListServiceResponse.newBuilder();
    services.forEach(name -> list.addService(ServiceResponse.newBuilder().setName(name)));
    return list.build();
  }

  private static ServerReflectionResponse withFile(
      ServerReflectionResponse.Builder response, @Nullable FileDescriptor file, String what) {
    if (file == null) {
      return response
          .setErrorResponse(error(Status.Code.NOT_FOUND, "no such " + what + " is known"))
          .build();
    }
    Map<String, FileDescriptor> all = new LinkedHashMap<>();
    collect(file, all);
    FileDescriptorResponse.Builder files = FileDescriptorResponse.newBuilder();
    all.values().forEach(each -> files.addFileDescriptorProto(each.toProto().toByteString()));
    return response.setFileDescriptorResponse(files).build();
  }

  private static void collect(FileDescriptor file, Map<String, FileDescriptor> all) {
    if (all.putIfAbsent(file.getName(), file) == null) {
      file.getDependencies().forEach(imported -> collect(imported, all));
    }
  }

  private static ErrorResponse error(Status.Code code, String message) {
    return ErrorResponse.newBuilder().setErrorCode(code.value()).setErrorMessage(message).build();
  }
}
