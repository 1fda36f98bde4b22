import DeployedModels
import Foundation

/// What quantisation does to each tensor of a model, so that one sees which layer hurts.
public struct QuantizationReport: Hashable, Sendable {
  /// One activation.
  public struct Line: Hashable, Sendable {
    public let tensor: String
    /// The lowest and the highest value on the images, in floats.
    public let seen: ValueRange
    /// What the integers stand for at most.
    public let represented: ValueRange
    public let scale: Float
    public let zeroPoint: Int32
    /// The share of values outside of `represented`, which are cut.
    public let saturation: Double
    /// 10 · log₁₀ of signal by noise, of all errors up to this tensor; nil where the signal is zero.
    public let signalToNoiseDecibels: Double?
    /// Channels whose weights' scale was widened so that the bias fits.
    public let widenedChannels: Int
  }

  /// The image, then the outputs of the operators in order.
  public let lines: [Line]

  /// Compares an int8 model with its floats on images.
  public init(of quantized: QuantizedModel, images: CalibrationImages) throws(QuantizationError) {
    let (float, int8) = (quantized.original, quantized.model)
    try images.check(against: float)
    let capacity = min(16, images.count)
    let exact = ModelExecutor(float, capacity: capacity)
    let rounded = ModelExecutor(int8, capacity: capacity)
    var sums = [TensorSums](repeating: TensorSums(), count: float.tensors.count)
    for first in stride(from: 0, to: images.count, by: capacity) {
      let count = min(capacity, images.count - first)
      for executor in [exact, rounded] { executor.load(images, first: first, count: count) }
      // The image is rounded in place, so its floats are compared with what the other executor makes of them.
      for executor in [exact, rounded] { executor.run(images: count) }
      for (tensor, quantization) in int8.tensors.prefix(sums.count).map(\.quantization).enumerated()
      {
        guard !float.tensors[tensor].isConstant, let quantization else { continue }
        sums[tensor].add(
          exact.values(of: tensor), rounded.values(of: tensor),
          count: count * float.elementCount(tensor), within: quantization.representedRange,
          halfStep: quantization.scale / 2)
      }
    }
    var widened: [Int: Int] = [:]
    for (index, step) in float.operators.enumerated() {
      widened[step.output] = quantized.widenedChannels[index]
    }
    lines = ([float.input] + float.operators.map(\.output)).compactMap { tensor in
      guard let quantization = int8.tensors[tensor].quantization else { return nil }
      let sum = sums[tensor]
      return Line(
        tensor: float.tensors[tensor].name, seen: ValueRange(low: sum.low, high: sum.high),
        represented: quantization.representedRange, scale: quantization.scale,
        zeroPoint: quantization.zeroPoint,
        saturation: Double(sum.outside) / Double(max(1, sum.count)),
        signalToNoiseDecibels: sum.signal > 0
          ? 10 * log10(sum.signal / max(sum.noise, 1e-30)) : nil,
        widenedChannels: widened[tensor] ?? 0)
    }
  }

  /// The report as a table of plain text.
  public var table: String {
    let heading = ["tensor", "seen", "represented", "scale", "zero", "cut", "SNR dB", "widened"]
    let rows = [heading] + lines.map(\.cells)
    let widths = heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension QuantizationReport.Line {
  fileprivate var cells: [String] {
    func range(_ range: ValueRange) -> String {
      String(format: "%.3f…%.3f", range.low, range.high)
    }
    return [
      tensor, range(seen), range(represented), String(format: "%.3g", scale), "\(zeroPoint)",
      String(format: "%.3f %%", 100 * saturation),
      signalToNoiseDecibels.map { String(format: "%.1f", $0) } ?? "–",
      widenedChannels == 0 ? "" : "\(widenedChannels)",
    ]
  }
}

/// What one tensor's values and errors add up to.
private struct TensorSums {
  var (low, high): (Float, Float) = (0, 0)
  var (signal, noise) = (0.0, 0.0)
  var (count, outside) = (0, 0)

  mutating func add(
    _ exact: UnsafePointer<Float>, _ rounded: UnsafePointer<Float>, count: Int,
    within range: ValueRange, halfStep: Float
  ) {
    self.count += count
    for place in 0..<count {
      let value = exact[place]
      let error = Double(value) - Double(rounded[place])
      signal += Double(value) * Double(value)
      noise += error * error
      (low, high) = (min(low, value), max(high, value))
      // What is rounded to the outermost integer is not cut.
      if value < range.low - halfStep || value > range.high + halfStep { outside += 1 }
    }
  }
}
