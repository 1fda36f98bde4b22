import DeployedModels

extension DeployedModel {
  /// The first release of TensorFlow that runs all of the operators in their versions; tools show it, runtimes do
  /// not look at it.
  ///
  /// Source: tensorflow/compiler/mlir/lite/tools/versioning/runtime_version.cc.
  var minimumRuntimeVersion: String {
    let releases = operators.map { step -> [Int] in
      switch (step.kind, version(of: step)) {
      case (.convolution, 6), (.gelu, _): [2, 9, 0]
      case (.fullyConnected, 12): [2, 17, 0]
      case (.fullyConnected, 6): [2, 3, 0]
      case (.relu, 2), (.relu6, 2): [2, 1, 0]
      case (.hardSwish, _): [1, 15, 0]
      case (_, 2...), (.quantize, _), (.logistic, _): [1, 14, 0]
      case (.dequantize, _): [1, 13, 1]
      case (.transpose, _), (.mean, _): [1, 6, 0]
      case (.convolution, _), (.depthwiseConvolution, _), (.fullyConnected, _), (.add, _),
        (.multiply, _),
        (.averagePool, _), (.maxPool, _), (.reshape, _), (.pad, _), (.softmax, _), (.relu, _),
        (.relu6, _):
        [1, 5, 0]
      }
    }
    let latest = releases.max { $0.lexicographicallyPrecedes($1) } ?? [1, 5, 0]
    return latest.map(String.init).joined(separator: ".")
  }
}
