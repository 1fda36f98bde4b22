import FileFormats
import Foundation
import NeuralNetworks
import TensorKernels

/// `{"kind": "dist"}`: DIST, which asks for the teacher's relations in the place of its probabilities, so that a small
/// student need not match a strong teacher exactly.
///
///     L = β·mean over images of T²·(1 − r(p_n, q_n)) + γ·mean over classes of T²·(1 − r(p_·c, q_·c))
///
/// p = softmax(z/T), q = softmax(t/T), r is Pearson's correlation: of one image over the classes ("inter-class",
/// β = `"inter_weight"`, 1), and of one class over the images of a slice ("intra-class", γ = `"intra_weight"`, 1). T
/// is 1 unless given; where it differs between images T² of the second part is its mean. A slice of one image has no
/// second part. Of two classes the first part is constant wherever the two networks agree on the order, and teaches
/// nothing. Where the teacher's values are all equal r is 0. Source: Huang et al., "Knowledge distillation from a
/// stronger teacher", arXiv:2205.10536.
public struct DistRule: LossRule {
  public static let kind = "dist"
  public static let keys = ["inter_weight", "intra_weight", "temperature"]
  public static let reads = LossReads.logits
  public static let summary =
    "β·(1 − r over an image's classes) + γ·(1 − r over a class's images); Huang et al., arXiv:2205.10536"

  /// β
  public var interWeight = 1.0
  /// γ
  public var intraWeight = 1.0
  public var temperature: TemperaturePolicy = 1

  public init() {}

  public init(_ members: JSONMembers) throws(JSONError) {
    if let weight = try members["inter_weight"]?.number(in: 0...1000) { interWeight = weight }
    if let weight = try members["intra_weight"]?.number(in: 0...1000) { intraWeight = weight }
    if let field = members["temperature"] { temperature = try TemperaturePolicy(field) }
  }

  public var identity: String { "\(interWeight),\(intraWeight),\(temperature)" }

  public func loss(on site: LossSite) -> any TrainingLoss { DistLoss(rule: self) }
}

/// DIST; `DistRule` has the formula.
struct DistLoss: ResponseLoss {
  let rule: DistRule

  func compare(_ slice: LossSlice, _ memory: Memory) -> Double {
    let (count, classes) = (slice.count, slice.classes)
    var (loss, squaresOfT) = (0.0, 0.0)
    for n in 0..<count {
      let row = n * classes
      let temperature = rule.temperature.value(
        progress: slice.progress, teacher: slice.teacherLogits + row, classes: classes)
      memory.temperatures[n] = temperature
      squaresOfT += temperature * temperature
      memory.soften(slice.logits.values + row, temperature, into: memory.p + row, classes)
      memory.soften(slice.teacherLogits + row, temperature, into: memory.q + row, classes)
      for c in 0..<classes { memory.gradient[row + c] = 0 }
      let r = correlation(
        memory.p + row, memory.q + row, count: classes,
        factor: -rule.interWeight * temperature * temperature,
        addingTo: memory.gradient + row)
      loss += rule.interWeight * temperature * temperature * (1 - r)
    }
    if count > 1 {
      // The mean over the classes counts for each image of the slice.
      let weight = rule.intraWeight * squaresOfT / Double(classes)
      for c in 0..<classes {
        let r = correlation(
          memory.p + c, memory.q + c, count: count, stride: classes, factor: -weight,
          addingTo: memory.gradient + c)
        loss += weight * (1 - r)
      }
    }
    for n in 0..<count {
      let row = n * classes
      var mean = 0.0
      for c in 0..<classes { mean += memory.p[row + c] * memory.gradient[row + c] }
      let factor = 1 / (memory.temperatures[n] * Double(slice.batch))
      for c in 0..<classes {
        slice.logits.gradient[row + c] = Float(
          factor * memory.p[row + c] * (memory.gradient[row + c] - mean))
      }
    }
    return loss
  }

  struct Memory: ResponseMemory {
    /// p, q and dL/dp, `[images, classes]`
    let p: UnsafeMutablePointer<Double>
    let q: UnsafeMutablePointer<Double>
    let gradient: UnsafeMutablePointer<Double>
    /// `[images]`
    let temperatures: UnsafeMutablePointer<Double>
    /// `[classes]`
    private let row: UnsafeMutablePointer<Double>

    init(images: Int, classes: Int, cursor: inout MemoryCursor) {
      p = cursor.takeDoubles(images * classes)
      q = cursor.takeDoubles(images * classes)
      gradient = cursor.takeDoubles(images * classes)
      temperatures = cursor.takeDoubles(images)
      row = cursor.takeDoubles(classes)
    }

    /// Writes softmax(logits / T).
    func soften(
      _ logits: UnsafePointer<Float>, _ temperature: Double,
      into output: UnsafeMutablePointer<Double>, _ classes: Int
    ) {
      for c in 0..<classes { row[c] = Double(logits[c]) }
      logSoftmax(row, temperature: temperature, into: output, count: classes)
      for c in 0..<classes { output[c] = exp(output[c]) }
    }
  }
}
