import DeployedModels

/// Runs an int8 model by plain loops, one image at a time: slow, and what everything faster is compared with.
///
/// Its integers are those of TensorFlow Lite Micro's reference kernels, bit for bit (`IntegerRule`). After `run` every
/// tensor can be read.
public struct IntegerInterpreter {
  public let model: DeployedModel
  /// The integers of each int8 tensor after `run`; empty for others.
  public private(set) var integers: [[Int8]]
  /// The values of each fp32 tensor after `run`; empty for others.
  public private(set) var floats: [[Float]]
  private let rules: [IntegerRule]

  /// Prepares a model.
  ///
  /// - Throws: `DeploymentError` if an operator has no kernel in int8, or tensors that its kernel refuses.
  public init(_ model: DeployedModel) throws(DeploymentError) {
    self.model = model
    rules = try model.integerRules()
    integers = model.tensors.map { tensor in
      if case .int8(let values) = tensor.values { return values }
      return tensor.type == .int8 && !tensor.isConstant
        ? [Int8](repeating: 0, count: tensor.elementCount) : []
    }
    floats = model.tensors.map { tensor in
      if case .float32(let values) = tensor.values { return values }
      return tensor.type == .float32 && !tensor.isConstant
        ? [Float](repeating: 0, count: tensor.elementCount) : []
    }
  }

  /// The integers of the output after `run`; empty if the model ends with `dequantize`.
  public var output: [Int8] { integers[model.output] }

  /// The values of the output after `run`.
  public var logits: [Float] {
    let tensor = model.tensors[model.output]
    guard tensor.type == .int8, let quantization = tensor.quantization else {
      return floats[model.output]
    }
    return output.map(quantization.value)
  }

  /// Computes all tensors for one image of standardised pixels, `[H, W, C]`; an int8 model's input takes its scale's
  /// integers.
  public mutating func run(_ image: [Float]) {
    let tensor = model.tensors[model.input]
    precondition(image.count == tensor.elementCount, "an image of another size")
    if let quantization = tensor.quantization, tensor.type == .int8 {
      integers[model.input] = image.map(quantization.integer)
    } else {
      floats[model.input] = image
    }
    runOperators()
  }

  /// Computes all tensors for one image of integers, `[H, W, C]`.
  public mutating func run(_ image: [Int8]) {
    precondition(image.count == integers[model.input].count, "an image of another size or type")
    integers[model.input] = image
    runOperators()
  }

  private mutating func runOperators() {
    for (step, rule) in zip(model.operators, rules) {
      switch rule {
      case .dequantize(let quantization):
        floats[step.output] = integers[step.inputs[0]].map(quantization.value)
      case .quantize(let quantization):
        integers[step.output] = floats[step.inputs[0]].map(quantization.integer)
      default: integers[step.output] = result(of: step, rule)
      }
    }
  }

  private func result(of step: DeployedOperator, _ rule: IntegerRule) -> [Int8] {
    let input = integers[step.inputs[0]]
    switch rule {
    case .convolution(let place, let rule): return convolution(input, place, rule)
    case .depthwise(let place, let rule): return depthwise(input, place, rule)
    case .dense(let rule): return dense(input, rule)
    case .sum(let rule):
      let second = integers[step.inputs[1]]
      return input.indices.map {
        rule.output(rule.firstTerm(input[$0]) &+ rule.secondTerm(second[$0 % second.count]))
      }
    case .factor(let rule):
      let second = integers[step.inputs[1]]
      return input.indices.map { rule.output(input[$0], second[$0 % second.count]) }
    case .averagePool(let place, let range): return averagePool(input, place, range)
    case .maxPool(let place, let range): return maxPool(input, place, range)
    case .mean(let rule):
      return (0..<rule.channels).map { channel in
        rule.output(
          (0..<rule.positions).reduce(Int32(0)) {
            $0 &+ Int32(input[$1 * rule.channels + channel])
          })
      }
    case .copy: return input
    case .pad(let before, let value):
      return padded(
        input, model.tensors[step.inputs[0]].shape, before, model.tensors[step.output].shape, value)
    case .transpose(let order):
      return transposed(input, model.tensors[step.inputs[0]].shape, order)
    case .unary(let rule): return input.map(rule.output)
    case .softmax(let rule):
      var output = input
      rule.apply(input, into: &output)
      return output
    case .quantize, .dequantize: preconditionFailure("not between integers")
    }
  }
}
