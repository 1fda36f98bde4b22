import Foundation

extension ONNXExternalData {
  /// Takes the entries of a tensor's `external_data`.
  init(_ entries: [String: String], tensor: String, _ message: ProtobufMessage) throws {
    func number(_ key: String) throws -> Int? {
      guard let text = entries[key] else { return nil }
      guard let number = Int(text), number >= 0 else {
        throw message.malformed(
          at: message.bytes.startIndex, "\(key) '\(text)' of the external data of '\(tensor)'",
          "a number of bytes")
      }
      return number
    }
    self.init(
      location: entries["location"] ?? "", offset: try number("offset") ?? 0,
      length: try number("length"))
  }
}

extension ONNXModel {
  /// Reads the values that lie in other files of the model's folder, those of initializers and of attributes.
  ///
  /// - Parameters:
  ///   - path: The model's file. What is read must lie in its folder or below, symbolic links followed.
  ///   - mostBytes: The most that is read in all.
  /// - Throws: `FileFormatError` naming the tensor: a path that leads out of the folder, no such file, or one
  ///   that is too short.
  public mutating func readExternalData(
    nextTo path: String, atMost mostBytes: Int = 8 << 30
  ) throws {
    var source = ExternalDataSource(modelPath: path, remainingBytes: mostBytes)
    for index in graph.initializers.indices {
      try source.fill(&graph.initializers[index])
    }
    try source.fill(&graph.nodes)
    for index in functions.indices { try source.fill(&functions[index].nodes) }
  }
}

extension ONNXModel {
  /// The files next to the model's that values are in, as the model names them, each once and in their order.
  public var externalLocations: [String] {
    var locations = Set(graph.initializers.compactMap(\.external?.location))
    for node in graph.nodes + functions.flatMap(\.nodes) {
      for case .tensor(let tensor) in node.attributes.values {
        if let location = tensor.external?.location { locations.insert(location) }
      }
    }
    return locations.sorted()
  }
}

/// Reads tensors from files in the folder of a model.
private struct ExternalDataSource {
  let modelPath: String
  var remainingBytes: Int

  init(modelPath: String, remainingBytes: Int) {
    (self.modelPath, self.remainingBytes) = (modelPath, remainingBytes)
  }

  mutating func fill(_ nodes: inout [ONNXNode]) throws {
    for index in nodes.indices {
      for (name, attribute) in nodes[index].attributes {
        guard case .tensor(var tensor) = attribute, tensor.external != nil else { continue }
        try fill(&tensor)
        nodes[index].attributes[name] = .tensor(tensor)
      }
    }
  }

  mutating func fill(_ tensor: inout ONNXTensor) throws {
    guard let external = tensor.external else { return }
    func refuse(_ found: String, _ expected: String) -> FileFormatError {
      .malformed(
        path: modelPath, location: "external data of '\(tensor.name)'", found: found,
        expected: expected)
    }
    guard let width = ONNXTensor.storedBytes(of: tensor.dataType),
      let bytes = NumericArray.byteCount(shape: tensor.shape, elementBytes: width)
    else { return }
    guard external.length == nil || external.length == bytes else {
      throw refuse(
        "a length of \(external.length ?? 0)", "the \(bytes) bytes of shape \(tensor.shape)")
    }
    guard bytes <= remainingBytes else {
      throw refuse("\(bytes) bytes more", "at most 8 GiB in all")
    }
    remainingBytes -= bytes
    let parts = external.location.split(separator: "/", omittingEmptySubsequences: false)
    guard !external.location.isEmpty, !external.location.hasPrefix("/"), !parts.contains("..")
    else {
      throw refuse("the location '\(external.location)'", "a path below the model's folder")
    }
    let folder = Folder.parent(of: modelPath)
    let file = folder + "/" + external.location
    // Links are followed, so that none leads out.
    guard let realFolder = resolved(folder), let realFile = resolved(file) else {
      throw FileFormatError.system(path: file, operation: "read", code: ENOENT)
    }
    guard realFile.hasPrefix(realFolder == "/" ? "/" : realFolder + "/") else {
      throw refuse(
        "the location '\(external.location)', a link that leads out of the model's folder",
        "a file in it")
    }
    tensor.fill(
      with: try SystemFile.readStretch(of: realFile, offset: external.offset, count: bytes) {
        size in
        refuse(
          "\(bytes) bytes from \(external.offset) on in '\(external.location)', which has \(size)",
          "a stretch of the file")
      })
    tensor.external = nil
  }

  private func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
