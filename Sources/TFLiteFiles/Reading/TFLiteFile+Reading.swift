import DeployedModels
import FileFormats

extension TFLiteFile {
  /// Reads a file's bytes; errors call the file `path`.
  ///
  /// The memory taken is at most a few times the file's size. What is returned passes `DeployedModel.check`.
  ///
  /// - Throws: `FileFormatError` as `read` does.
  public init(bytes: [UInt8], path: String) throws(FileFormatError) {
    var reader = try TFLiteReader(bytes, path: path)
    self = try reader.read()
  }
}

/// Reads the tables of TensorFlow Lite's schema into a model.
struct TFLiteReader {
  let file: FlatBufferFile
  let root: FlatTable
  /// For each buffer, where its bytes are in the file; nil for one without any.
  let buffers: [Range<Int>?]
  /// Buffers that have been decoded, since tensors may share them.
  var decoded: [BufferContents: TensorValues] = [:]
  /// Whether some tensor has many scales and one zero point, or none has a name.
  var isCompact = false

  struct BufferContents: Hashable {
    let buffer: Int
    let type: DeployedTensor.ElementType
  }

  init(_ bytes: [UInt8], path: String) throws(FileFormatError) {
    file = FlatBufferFile(bytes, path: path)
    root = try file.root(identifier: "TFL3", name: "model")
    let version = try root.integer(0, "version", default: UInt32(0))
    guard version == 3 else { throw file.malformed("model, version", "\(version)", "3") }
    var buffers: [Range<Int>?] = []
    for table in try root.tables(4, "buffers", item: "buffer", bytesEach: 160) {
      let (offset, size) = (
        try table.integer(1, "offset", default: UInt64(0)),
        try table.integer(2, "size", default: UInt64(0))
      )
      guard offset <= 1, size <= 1 else {
        throw file.malformed(
          table.name, "\(size) bytes at \(offset), behind the model", "values inside of the model")
      }
      let range = try table.byteRange(0, "data")
      buffers.append(range?.isEmpty == true ? nil : range)
    }
    self.buffers = buffers
  }

  mutating func read() throws(FileFormatError) -> TFLiteFile {
    let subgraphs = try root.tables(2, "subgraphs", item: "subgraph", bytesEach: 160)
    guard subgraphs.count == 1, let subgraph = subgraphs.first else {
      throw file.malformed("model, subgraphs", "\(subgraphs.count)", "1")
    }
    var tensors: [DeployedTensor] = []
    var namedTensors = 0
    for table in try subgraph.tables(0, "tensors", item: "tensor", bytesEach: 480) {
      tensors.append(try tensor(table))
      if try table.has(3, "name") { namedTensors += 1 }
    }
    if namedTensors == 0 { isCompact = true }
    var model = DeployedModel(
      tensors: tensors, operators: [],
      input: try single(subgraph, 1, "inputs"), output: try single(subgraph, 2, "outputs"))
    let codes = try operatorCodes()
    for table in try subgraph.tables(3, "operators", item: "operator", bytesEach: 400) {
      model.operators.append(try step(table, codes: codes, tensors: model.tensors))
    }
    restoreBiasScales(in: &model)
    do { try model.check() } catch { throw located(error, in: model) }
    var result = TFLiteFile(model, description: try root.text(3, "description"))
    try readMetadata(into: &result)
    result.isCompact = isCompact
    return result
  }

  /// Returns the only tensor of a list.
  private func single(
    _ subgraph: FlatTable, _ slot: Int, _ field: String
  ) throws(FileFormatError) -> Int {
    let list = try subgraph.integers(slot, field, as: Int32.self)
    guard list.count == 1 else {
      throw file.malformed(
        "\(subgraph.name), \(field)", "\(list.count)", "one: a classifier of one image")
    }
    return Int(list[0])
  }

  /// Says where in the file a fault of the model is.
  private func located(_ fault: DeployedModelFault, in model: DeployedModel) -> FileFormatError {
    let location =
      switch fault.place {
      case .model: "subgraph 0"
      case .tensor(let index): "tensor \(index) \(Printable.quoted(model.tensors[index].name))"
      case .step(let index): name(of: model.operators[index], index, in: model)
      }
    return file.malformed(location, fault.found, fault.expected)
  }

  private func name(of step: DeployedOperator, _ index: Int, in model: DeployedModel) -> String {
    let output =
      model.tensors.indices.contains(step.output)
      ? " " + Printable.quoted(model.tensors[step.output].name) : ""
    return "operator \(index) (\(step.kind.format.builtin.name)\(output))"
  }
}
