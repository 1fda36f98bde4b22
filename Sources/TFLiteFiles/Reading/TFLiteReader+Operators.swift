import DeployedModels
import FileFormats

extension TFLiteReader {
  /// An entry of the list of operators that the file uses.
  struct OperatorCode {
    let number: Int32
    let custom: String

    /// How messages call it.
    var name: String {
      custom.isEmpty ? operatorName(number) : "custom " + Printable.quoted(custom)
    }
  }

  /// Reads the list of operators; old files have the number in the first field, new ones in both.
  func operatorCodes() throws(FileFormatError) -> [OperatorCode] {
    var codes: [OperatorCode] = []
    for table in try root.tables(1, "operator_codes", item: "operator code", bytesEach: 160) {
      let old = Int32(try table.integer(0, "deprecated_builtin_code", default: Int8(0)))
      let new = try table.integer(3, "builtin_code", default: Int32(0))
      codes.append(
        OperatorCode(number: max(old, new), custom: try table.text(1, "custom_code")))
    }
    return codes
  }

  /// Reads an operator.
  func step(
    _ table: FlatTable, codes: [OperatorCode], tensors: [DeployedTensor]
  ) throws(FileFormatError) -> DeployedOperator {
    let index = Int(try table.integer(0, "opcode_index", default: UInt32(0)))
    guard codes.indices.contains(index) else {
      throw file.malformed(
        "\(table.name), opcode_index", "\(index)", "one of the \(codes.count) operator codes")
    }
    let code = codes[index]
    var inputs = try table.integers(1, "inputs", as: Int32.self).map(Int.init)
    let outputs = try table.integers(2, "outputs", as: Int32.self).map(Int.init)
    let name =
      outputs.first.flatMap { tensors.indices.contains($0) ? tensors[$0].name : nil } ?? ""
    let place = "\(table.name) (\(code.name) \(Printable.quoted(name)))"
    guard let builtin = BuiltinOperator(rawValue: code.number) else {
      throw file.malformed(place, code.name, refusal(of: code))
    }
    guard outputs.count == 1 else {
      throw file.malformed("\(place), outputs", "\(outputs.count)", "1")
    }
    let options = OperatorOptions(
      table: try table.table(4, "builtin_options"), type: try table.integer(3, "type", default: 0),
      place: place, file: file)
    func weights() -> [Int] {
      inputs.count > 1 && tensors.indices.contains(inputs[1]) ? tensors[inputs[1]].shape : []
    }
    let (kind, activation) = try options.kind(
      of: builtin, weights: weights())
    switch kind {
    case .convolution, .depthwiseConvolution, .fullyConnected:
      // The schema's way to leave out a bias.
      if inputs.count == 3, inputs[2] == -1 { inputs.removeLast() }
    case .add, .multiply:
      // The smaller tensor repeats, and stands second here.
      if inputs.count == 2, inputs.allSatisfy(tensors.indices.contains) {
        let (first, second) = (tensors[inputs[0]], tensors[inputs[1]])
        if first.isConstant || first.elementCount < second.elementCount { inputs.swapAt(0, 1) }
      }
    default: break
    }
    return DeployedOperator(kind, inputs: inputs, output: outputs[0], activation: activation)
  }

  /// What would have been read instead of an operator that no student has.
  private func refusal(of code: OperatorCode) -> String {
    switch code.name {
    case "SHAPE", "PACK", "STRIDED_SLICE", "FILL", "BROADCAST_TO", "BROADCAST_ARGS":
      "shapes that are known: convert the model with a batch of one image, so that no operator computes shapes"
    case "DELEGATE": "a model before a delegate takes it"
    case "CONCATENATION", "SPLIT":
      "one of the operators of a student: branches are added, not concatenated"
    default:
      "one of " + BuiltinOperator.allCases.map(\.name).joined(separator: ", ")
    }
  }
}
