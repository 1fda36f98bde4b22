import DeployedModels
import FileFormats

extension TFLiteReader {
  /// An entry of the list of operators that the file uses.
  struct OperatorCode {
    let number: Int32
    let custom: String

    /// How messages call it.
    var name: String {
      if let builtin = BuiltinOperator(rawValue: number) { return builtin.name }
      return custom.isEmpty ? foreignOperatorName(number) : "custom " + Printable.quoted(custom)
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
    let output = tensors.indices.contains(outputs[0]) ? tensors[outputs[0]] : nil
    func weights() -> [Int] {
      inputs.count > 1 && tensors.indices.contains(inputs[1]) ? tensors[inputs[1]].shape : []
    }
    let (kind, activation) = try options.kind(
      of: builtin, weights: weights(), isImage: output?.shape.count == 4)
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

/// Returns the name of an operator that is not read.
func foreignOperatorName(_ number: Int32) -> String {
  let names = foreignOperatorNames
  return names.indices.contains(Int(number)) ? names[Int(number)] : "builtin operator \(number)"
}

/// The operators by their numbers, up to the last that a convolutional classifier could have.
private let foreignOperatorNames = """
  ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP \
  FLOOR FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC \
  LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX \
  SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD \
  UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE \
  UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX \
  DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER \
  GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL \
  LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT \
  LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE \
  RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N \
  GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF \
  WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL \
  PLACEHOLDER CUMSUM CALL_ONCE BROADCAST_TO
  """.split(separator: " ").map(String.init)
