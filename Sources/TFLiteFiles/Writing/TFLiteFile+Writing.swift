import DeployedModels

extension TFLiteFile {
  /// The file's bytes.
  ///
  /// - Precondition: The model passes its `check`, all constants have values, and the plan, if there is one, has a place for each tensor.
  public var bytes: [UInt8] {
    var writer = TFLiteWriter(self)
    return writer.written()
  }
}

/// Writes the tables of TensorFlow Lite's schema.
///
/// Source: schema.fbs of tensorflow/lite. What is written is what runtimes read: no ranges of calibration, no
/// buffers for activations, equal constants once.
struct TFLiteWriter {
  typealias Offset = FlatBufferBuilder.Offset

  let file: TFLiteFile
  var builder = FlatBufferBuilder()
  /// The contents of the buffers; the first is that of tensors without values.
  private var buffers: [[UInt8]] = [[]]
  private var bufferOf: [[UInt8]: Int] = [:]

  private var model: DeployedModel { file.model }

  init(_ file: TFLiteFile) { self.file = file }

  mutating func written() -> [UInt8] {
    let tensorBuffers = model.tensors.map { tensor in
      guard tensor.isConstant else { return 0 }
      guard let values = tensor.values else {
        preconditionFailure("'\(tensor.name)' has no values to write")
      }
      return buffer(values.littleEndianBytes)
    }
    let metadataBuffers = metadata.map { ($0.name, buffer($0.bytes)) }
    var codes: [OperatorVersion] = []
    let operators = model.operators.map { step in
      let version = OperatorVersion(
        builtin: step.kind.format.builtin, version: model.version(of: step))
      let code = codes.firstIndex(of: version) ?? codes.count
      if code == codes.count { codes.append(version) }
      return write(step, code: code)
    }
    let tensors = zip(model.tensors, tensorBuffers).map { write($0, buffer: $1) }
    let subgraph = builder.table([
      (0, .offset(builder.vector(tensors))),
      (1, .offset(builder.vector([Int32(model.input)]))),
      (2, .offset(builder.vector([Int32(model.output)]))),
      (3, .offset(builder.vector(operators))),
    ])
    let written = buffers.map { bytes in
      bytes.isEmpty
        ? builder.table([]) : builder.table([(0, .offset(builder.vector(bytes, alignment: 16)))])
    }
    var fields: [(slot: Int, field: FlatBufferBuilder.Field)] = [
      (0, .int32(3)),
      (1, .offset(builder.vector(codes.map { write($0) }))),
      (2, .offset(builder.vector([subgraph]))),
      (4, .offset(builder.vector(written))),
      (
        6,
        .offset(
          builder.vector(
            metadataBuffers.map { name, buffer in
              builder.table([
                (0, .offset(builder.text(name))), (1, .int32(Int32(buffer))),
              ])
            }))
      ),
    ]
    if !file.description.isEmpty {
      fields.append((3, .offset(builder.text(file.description))))
    }
    let root = builder.table(fields)
    return builder.finished(root: root, identifier: "TFL3")
  }

  /// Returns the number of the buffer with these bytes.
  private mutating func buffer(_ bytes: [UInt8]) -> Int {
    if let known = bufferOf[bytes] { return known }
    buffers.append(bytes)
    bufferOf[bytes] = buffers.count - 1
    return buffers.count - 1
  }

  private struct OperatorVersion: Hashable {
    let builtin: BuiltinOperator
    let version: Int32
  }

  /// Both fields of an operator's number are written: old readers know only the first, which holds a byte.
  private mutating func write(_ code: OperatorVersion) -> Offset {
    let number = code.builtin.rawValue
    return builder.table([
      (0, .byte(UInt8(min(number, 127)))), (2, .int32(code.version)), (3, .int32(number)),
    ])
  }
}

extension TFLiteWriter {
  /// The parts by name that go into the file, in their order.
  private var metadata: [(name: String, bytes: [UInt8])] {
    var parts: [(name: String, bytes: [UInt8])] = []
    // TensorFlow's own files have sixteen bytes, whatever the version's length is.
    let version = Array(model.minimumRuntimeVersion.utf8)
    parts.append(
      (
        TFLiteFile.MetadataName.minimumRuntime,
        version + [UInt8](repeating: 0, count: 16 - version.count)
      ))
    if let plan = file.plan {
      precondition(
        plan.offsets.count == model.tensors.count, "a plan for another number of tensors")
      let offsets = plan.offsets.map { Int32($0 ?? -1) }
      let numbers: [Int32] = [1, 1, Int32(offsets.count)] + offsets
      parts.append((TFLiteFile.MetadataName.plan, TFLiteFiles.bytes(of: numbers)))
    }
    return parts + file.metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

extension TensorValues {
  var littleEndianBytes: [UInt8] {
    switch self {
    case .float32(let values): bytes(of: values.map(\.bitPattern))
    case .int8(let values): values.map { UInt8(bitPattern: $0) }
    case .int32(let values): bytes(of: values)
    }
  }
}
