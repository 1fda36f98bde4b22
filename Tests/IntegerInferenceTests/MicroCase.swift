import DeployedModels
import Foundation

/// A model and what TensorFlow Lite Micro's reference kernels gave for some images, as `.ci/write_int8_cases.py`
/// writes it.
struct MicroCase: Decodable {
  let kind: String
  let seed: UInt64
  let tensors: [Tensor]
  let operators: [Operator]
  let output: Int
  /// Hexadecimal bytes.
  let images: [String]
  let expected: [String]

  struct Tensor: Decodable {
    let shape: [Int]
    let type: String
    let scales: [Double]?
    let zeroPoints: [Int32]?
    let axis: Int
    let values: String?

    private enum CodingKeys: String, CodingKey {
      case shape, type, scales, axis, values
      case zeroPoints = "zero_points"
    }
  }

  struct Operator: Decodable {
    let kind: String
    let inputs: [Int]
    let output: Int
    let window: Window?
    let activation: String
  }

  /// Height, width, both strides, padding.
  struct Window: Decodable {
    let window: DeployedModels.Window

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      window = DeployedModels.Window(
        height: try list.decode(Int.self), width: try list.decode(Int.self),
        strideY: try list.decode(Int.self), strideX: try list.decode(Int.self),
        padding: try list.decode(String.self) == "same" ? .same : .valid)
    }
  }

  var model: DeployedModel {
    DeployedModel(
      tensors: tensors.enumerated().map { $1.deployed(name: "t\($0)") },
      operators: operators.map(\.deployed), input: 0, output: output)
  }

  var description: String { "\(kind), seed \(seed)" }

  /// Reads a file of cases, one a line.
  static func read(_ file: URL) throws -> [MicroCase] {
    try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(MicroCase.self, from: $0)
    }
  }
}

extension MicroCase.Tensor {
  func deployed(name: String) -> DeployedTensor {
    let quantization = scales.map { scales in
      var result = TensorQuantization(scales: scales.map { Float($0) }, axis: axis)
      result.zeroPoints = zeroPoints ?? []
      return result
    }
    let type = DeployedTensor.ElementType(rawValue: type) ?? .int8
    guard let values else {
      return DeployedTensor(name: name, shape: shape, type: type, quantization: quantization)
    }
    return DeployedTensor(
      name: name, shape: shape,
      values: type == .int32 ? .int32(numbers(values)) : .int8(numbers(values)),
      quantization: quantization)
  }
}

extension MicroCase.Operator {
  var deployed: DeployedOperator {
    let place = window?.window ?? Window(side: 1, stride: 1, padding: .valid)
    let kinds: [String: DeployedOperator.Kind] = [
      "convolution": .convolution(place), "depthwise": .depthwiseConvolution(place),
      "dense": .fullyConnected, "add": .add, "multiply": .multiply,
      "average_pool": .averagePool(place), "max_pool": .maxPool(place),
      "mean": .mean(keepsDimensions: true), "mean_vector": .mean(keepsDimensions: false),
      "reshape": .reshape, "pad": .pad,
      "transpose": .transpose, "softmax": .softmax, "logistic": .logistic, "relu": .relu,
      "relu6": .relu6, "hard_swish": .hardSwish, "quantize": .quantize, "dequantize": .dequantize,
    ]
    guard let kind = kinds[kind] else { preconditionFailure("an operator '\(kind)'") }
    return DeployedOperator(
      kind, inputs: inputs, output: output,
      activation: FusedActivation(rawValue: activation) ?? .none)
  }
}

/// Returns the numbers that hexadecimal bytes hold.
func numbers<Number: BitwiseCopyable>(_ text: String) -> [Number] {
  let digits = Array(text.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
  let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  return bytes.withUnsafeBytes { raw in
    (0..<raw.count / MemoryLayout<Number>.stride).map {
      raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Number>.stride, as: Number.self)
    }
  }
}
