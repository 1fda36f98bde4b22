import FileFormats
import Foundation
import NeuralNetworks
import TensorKernels

/// `{"kind": "rank"}`: the student learns the teacher's order and no numbers: which class is likelier than which for
/// one image (sample loss), and which image shows a class better than which (category loss).
///
///     L = a·mean over images of (1 − ρ(z_n, t_n)) + b·mean over classes of (1 − ρ(log p_·c, log q_·c))
///
/// p = softmax(z), q = softmax(t), both over the images of a slice; ρ is Spearman's correlation, that of Pearson
/// between soft ranks (`SoftRanks.swift`). a is `"sample_weight"` (1), b `"category_weight"` (1), τ `"softness"`
/// (0.25). The logarithm changes no order, and spreads what is near 0. Of two classes the first part has no gradient,
/// and a slice of one image has no second part. Spearman, "The proof and measurement of association between two
/// things", doi:10.2307/1412159; relations within and between classes as in DIST, arXiv:2205.10536.
public struct RankRule: LossRule {
  public static let kind = "rank"
  public static let keys = ["sample_weight", "category_weight", "softness"]
  public static let reads = LossReads.logits
  public static let summary =
    "as dist, with Spearman's correlation of soft ranks of the logits; doi:10.2307/1412159"

  /// a
  public var sampleWeight = 1.0
  /// b
  public var categoryWeight = 1.0
  /// τ, in standard deviations of what is ranked.
  public var softness = 0.25

  public init() {}

  public init(_ members: JSONMembers) throws(JSONError) {
    if let weight = try members["sample_weight"]?.number(in: 0...1000) { sampleWeight = weight }
    if let weight = try members["category_weight"]?.number(in: 0...1000) {
      categoryWeight = weight
    }
    if let softness = try members["softness"]?.number(in: 0.01...10) { self.softness = softness }
  }

  public var identity: String { "\(sampleWeight),\(categoryWeight),\(softness)" }

  public func loss(on site: LossSite) -> any TrainingLoss { RankLoss(rule: self) }
}

/// Soft rank correlation; `RankRule` has the formula.
struct RankLoss: ResponseLoss {
  let rule: RankRule

  func compare(_ slice: LossSlice, _ memory: Memory) -> Double {
    let (count, classes) = (slice.count, slice.classes)
    var loss = 0.0
    for i in 0..<count * classes {
      memory.logP[i] = Double(slice.logits.values[i])
      memory.logQ[i] = Double(slice.teacherLogits[i])
      memory.gradient[i] = 0
      memory.logGradient[i] = 0
    }
    for row in stride(from: 0, to: count * classes, by: classes) {
      loss += addPart(
        memory, at: row, count: classes, stride: 1, weight: rule.sampleWeight,
        addingTo: memory.gradient)
    }
    for row in stride(from: 0, to: count * classes, by: classes) {
      // The ranking works on copies, so these may be overwritten.
      memory.takeLogSoftmax(memory.logP + row, classes)
      memory.takeLogSoftmax(memory.logQ + row, classes)
    }
    if count > 1 {
      // The mean over the classes counts for each image of the slice.
      let weight = rule.categoryWeight * Double(count) / Double(classes)
      for c in 0..<classes {
        loss += addPart(
          memory, at: c, count: count, stride: classes, weight: weight,
          addingTo: memory.logGradient)
      }
    }
    for row in stride(from: 0, to: count * classes, by: classes) {
      var sum = 0.0
      for i in row..<row + classes { sum += memory.logGradient[i] }
      for i in row..<row + classes {
        let category = memory.logGradient[i] - exp(memory.logP[i]) * sum
        slice.logits.gradient[i] = Float((memory.gradient[i] + category) / Double(slice.batch))
      }
    }
    return loss
  }

  /// Returns weight·(1 − ρ) of some of the values and adds its gradient by them.
  private func addPart(
    _ memory: Memory, at start: Int, count: Int, stride: Int, weight: Double,
    addingTo gradient: UnsafeMutablePointer<Double>
  ) -> Double {
    guard weight > 0 else { return 0 }
    for i in 0..<count {
      memory.x[i] = memory.logP[start + i * stride]
      memory.y[i] = memory.logQ[start + i * stride]
      memory.rankGradient[i] = 0
    }
    let spread = standardize(memory.x, count: count)
    _ = standardize(memory.y, count: count)
    softRanks(memory.x, softness: rule.softness, into: memory.ranks, count: count)
    softRanks(memory.y, softness: rule.softness, into: memory.teacherRanks, count: count)
    let r = correlation(
      memory.ranks, memory.teacherRanks, count: count, factor: -weight,
      addingTo: memory.rankGradient)
    // y is not needed any more.
    pullBackSoftRanks(
      memory.x, softness: rule.softness, rankGradient: memory.rankGradient, into: memory.y,
      count: count)
    pullBackStandardization(memory.y, standardized: memory.x, spread: spread, count: count)
    for i in 0..<count { gradient[start + i * stride] += memory.y[i] }
    return weight * (1 - r)
  }

  struct Memory: ResponseMemory {
    /// The logits, then log softmax of them, `[images, classes]`
    let logP: UnsafeMutablePointer<Double>
    let logQ: UnsafeMutablePointer<Double>
    /// By the logits and by log p, `[images, classes]`
    let gradient: UnsafeMutablePointer<Double>
    let logGradient: UnsafeMutablePointer<Double>
    /// Of what is ranked, `[max(images, classes)]`
    let x: UnsafeMutablePointer<Double>
    let y: UnsafeMutablePointer<Double>
    let ranks: UnsafeMutablePointer<Double>
    let teacherRanks: UnsafeMutablePointer<Double>
    let rankGradient: UnsafeMutablePointer<Double>

    init(images: Int, classes: Int, cursor: inout MemoryCursor) {
      logP = cursor.takeDoubles(images * classes)
      logQ = cursor.takeDoubles(images * classes)
      gradient = cursor.takeDoubles(images * classes)
      logGradient = cursor.takeDoubles(images * classes)
      x = cursor.takeDoubles(max(images, classes))
      y = cursor.takeDoubles(max(images, classes))
      ranks = cursor.takeDoubles(max(images, classes))
      teacherRanks = cursor.takeDoubles(max(images, classes))
      rankGradient = cursor.takeDoubles(max(images, classes))
    }

    /// Replaces a row of logits by its log softmax.
    func takeLogSoftmax(_ row: UnsafeMutablePointer<Double>, _ classes: Int) {
      logSoftmax(row, temperature: 1, into: x, count: classes)
      row.update(from: x, count: classes)
    }
  }
}
