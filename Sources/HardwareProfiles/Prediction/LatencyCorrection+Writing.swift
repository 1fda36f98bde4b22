import Foundation
import NeuralNetworks

extension LatencyCorrection {
  /// Returns the correction as JSON, a line for each kernel and each network: it has thousands of numbers.
  func json(indentation: String) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func text(_ value: some Encodable) throws -> String {
      String(decoding: try encoder.encode(value), as: UTF8.self)
    }
    func list(_ values: [some Encodable]) throws -> String {
      let lines = try values.map { "\(indentation)    \(try text($0))" }
      return "[\n\(lines.joined(separator: ",\n"))\n\(indentation)  ]"
    }
    let values = CorrectionScales.named.map { ($0.key, scales[keyPath: $0.path]) }
    let members = [
      "\"unit_us\" : \(try text(unitMicroseconds))",
      "\"interval_factor\" : \(try text(intervalFactor))",
      "\"scales\" : \(try text(Dictionary(uniqueKeysWithValues: values)))",
      "\"kernels\" : \(try list(kernels))",
      "\"networks\" : \(try list(networks))",
    ]
    return "{\n\(indentation)  " + members.joined(separator: ",\n\(indentation)  ")
      + "\n\(indentation)}"
  }
}

extension MeasuredNetwork: Encodable {
  private enum CodingKeys: String, CodingKey {
    case space, architecture
    case latencyMicroseconds = "latency_us"
    case weight, kernels
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(origin?.space, forKey: .space)
    try container.encodeIfPresent(origin?.key, forKey: .architecture)
    try container.encode(latencyMicroseconds, forKey: .latencyMicroseconds)
    try container.encode(weight, forKey: .weight)
    try container.encode(kernels.map { [$0.index, $0.count] }, forKey: .kernels)
  }
}

extension ExecutedKernel: Encodable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    func sides(_ shape: TensorShape) -> [Int] { [shape.height, shape.width, shape.channels] }
    try container.encode(kernel.kind.rawValue)
    try container.encode(kernel.kernelSize)
    try container.encode(kernel.stride)
    try container.encode(kernel.groups)
    try container.encode(sides(kernel.inputShape))
    try container.encode(sides(kernel.outputShape))
    try container.encode(kernel.macs)
    try container.encode(kernel.weightCount)
    let flags = (kernel.addsResidual ? ["residual"] : []) + (isIdle ? ["idle"] : [])
    try container.encode(flags.joined(separator: " "))
  }
}
