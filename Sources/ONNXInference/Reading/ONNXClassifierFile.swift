import FileFormats

/// An ONNX file with all its weights, its functions written out.
package struct ONNXClassifierFile: Sendable {
  package let path: String
  let model: ONNXModel
  /// The tensors whose values are in the file, by name.
  let constants: [String: Constant]

  /// Reads a model, and the files next to it that its weights are in.
  ///
  /// - Throws: `FileFormatError` if it cannot be read, or has values of a kind that cannot be used.
  package init(contentsOf path: String) throws {
    var model = try ONNXModel.read(path)
    try model.readExternalData(nextTo: path)
    try self.init(model, path: path)
  }

  /// Takes a model; errors call its file `path`.
  package init(_ model: ONNXModel, path: String) throws {
    guard (7...28).contains(model.operatorSet) else {
      throw FileFormatError.malformed(
        path: path, location: "opset_import", found: "operator set \(model.operatorSet)",
        expected: "7 to 28")
    }
    var model = model
    try model.inlineFunctions(path: path)
    var constants: [String: Constant] = [:]
    for index in model.graph.initializers.indices {
      let tensor = model.graph.initializers[index]
      // What cannot be used is missed where it is read.
      constants[tensor.name] = try? Constant(tensor)
      model.graph.initializers[index].values = nil
    }
    (self.path, self.model, self.constants) = (path, model, constants)
  }

  /// The number of weights.
  var parameterCount: Int {
    constants.values.reduce(0) { $0 + ($1.kind == .float ? $1.count : 0) }
  }

  /// The inputs that a run has to bring: old files list the initializers, too.
  var inputs: [ONNXValueInfo] {
    let known = Set(model.graph.initializers.map(\.name))
    return model.graph.inputs.filter { !known.contains($0.name) }
  }
}
