import FileFormats

/// What is in an ONNX file, and what of it cannot be run.
package struct ONNXSummary: Sendable {
  package struct Tensor: Sendable {
    package let name: String
    /// Sizes, or names of open ones; nil if the file says nothing.
    package let shape: [String]?
  }

  package let operatorSet: Int
  package let formatVersion: Int
  package let producer: String
  package let inputs: [Tensor]
  package let outputs: [Tensor]
  /// The operators and how often each is used, in the order of the alphabet; functions are written out.
  package let operators: [(name: String, count: Int)]
  /// Numbers in the float tensors of the file.
  package let parameters: Int
  /// What keeps it from being run as a classifier; nil if nothing does.
  package let problem: ONNXInferenceError?
  /// The classifier, if it can be run.
  package let classifier: ONNXClassifier?

  /// Looks at a file.
  ///
  /// - Throws: `FileFormatError` if it is no ONNX model that can be read.
  package init(
    contentsOf path: String, imageShape: [Int]? = nil, output: String? = nil
  ) throws {
    let file = try ONNXClassifierFile(contentsOf: path)
    let graph = file.model.graph
    (operatorSet, formatVersion) = (file.model.operatorSet, file.model.formatVersion)
    producer = file.model.producer
    func tensors(_ list: [ONNXValueInfo]) -> [Tensor] {
      list.map { value in
        Tensor(
          name: value.name,
          shape: value.shape?.map {
            switch $0 {
            case .size(let size): "\(size)"
            case .symbol(let name): name.isEmpty ? "?" : name
            }
          })
      }
    }
    (inputs, outputs) = (tensors(file.inputs), tensors(graph.outputs))
    operators = Dictionary(graph.nodes.map { ($0.qualifiedOperation, 1) }, uniquingKeysWith: +)
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    parameters = file.parameterCount
    do {
      classifier = try ONNXClassifier(file, imageShape: imageShape, output: output)
      problem = nil
    } catch let error as ONNXInferenceError {
      (classifier, problem) = (nil, error)
    }
  }
}
