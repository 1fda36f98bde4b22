import ONNXInference

/// What a command has to be told of a classifier in an ONNX file where the file does not say it.
struct ONNXClassifierOptions {
  static let options = ["--image-shape", "--output-name"]
  static let help = """
    --image-shape CxHxW   the sizes of an image in the order of the file, where it leaves them open
    --output-name NAME    which output to take, where several could be meant
    """

  let imageShape: [Int]?
  let output: String?

  init(_ arguments: Arguments) throws {
    output = arguments.value("--output-name")
    guard let text = arguments.value("--image-shape") else {
      imageShape = nil
      return
    }
    let sizes = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard (1...5).contains(sizes.count), sizes.allSatisfy({ (1...65_536).contains($0) }) else {
      throw UsageError("--image-shape: got '\(text)', expected sizes such as 3x224x224")
    }
    imageShape = sizes
  }

  func classifier(_ path: String) throws -> ONNXClassifier {
    try ONNXClassifier(contentsOf: path, imageShape: imageShape, output: output)
  }

  static func meaning(of kind: ONNXOutputKind) -> String {
    switch kind {
    case .logits: "logits, as far as the graph shows"
    case .probabilities: "probabilities: its last operator is a softmax"
    case .logProbabilities: "log-probabilities: its last operator is a logarithm of a softmax"
    case .independentProbabilities:
      "a probability for each class by itself: its last operator is a sigmoid"
    }
  }
}
