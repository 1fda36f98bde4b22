import Foundation
import TensorKernels

@testable import Distillation

// The losses on logits, straight from their definitions.

/// softmax(x / T)
func plainSoftmax(_ x: [Double], _ temperature: Double = 1) -> [Double] {
  let largest = x.max() ?? 0
  let powers = x.map { exp(($0 - largest) / temperature) }
  return powers.map { $0 / powers.reduce(0, +) }
}

func plainMean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }

/// Σ (x − mean x)·(y − mean y) / n
func plainCovariance(_ x: [Double], _ y: [Double]) -> Double {
  plainMean(zip(x, y).map { ($0 - plainMean(x)) * ($1 - plainMean(y)) })
}

/// Pearson's correlation; 10⁻¹⁶ is added to both sums of squares, so that it is 0 where all values of one are equal.
func plainCorrelation(_ x: [Double], _ y: [Double]) -> Double {
  let least = 1e-16 / Double(x.count)
  return plainCovariance(x, y)
    / sqrt((plainCovariance(x, x) + least) * (plainCovariance(y, y) + least))
}

func plainStandardized(_ x: [Double]) -> [Double] {
  x.map { ($0 - plainMean(x)) / sqrt(plainCovariance(x, x) + 1e-4) }
}

/// KL(q ‖ p)
func plainDivergence(_ q: [Double], from p: [Double]) -> Double {
  zip(q, p).map { $0 > 0 ? $0 * log($0 / $1) : 0 }.reduce(0, +)
}

func plainEntropy(_ p: [Double]) -> Double { -p.map { $0 > 0 ? $0 * log($0) : 0 }.reduce(0, +) }

/// The values of one class.
func plainColumn(_ rows: [[Double]], _ column: Int) -> [Double] { rows.map { $0[column] } }

/// Soft ranks of standardised values.
func plainSoftRanks(_ x: [Double], softness: Double) -> [Double] {
  func share(_ d: Double) -> Double { (1 + d / sqrt(1 + d * d)) / 2 }
  return x.indices.map { i in
    1 + x.indices.filter { $0 != i }.map { share((x[i] - x[$0]) / softness) }.reduce(0, +)
  }
}

/// Spearman's correlation between soft ranks.
func plainSoftSpearman(_ x: [Double], _ y: [Double], softness: Double) -> Double {
  plainCorrelation(
    plainSoftRanks(plainStandardized(x), softness: softness),
    plainSoftRanks(plainStandardized(y), softness: softness))
}

extension ResponseSlice {
  /// Σ over images of a distance between softened logits z and t.
  func sum(_ distance: (_ z: [Double], _ t: [Double]) -> Double) -> Double {
    zip(student, teacher).map { distance($0, $1) }.reduce(0, +)
  }

  func jensenShannon(temperature: Double) -> Double {
    sum { z, t in
      let (p, q) = (plainSoftmax(z, temperature), plainSoftmax(t, temperature))
      let m = zip(p, q).map { ($0 + $1) / 2 }
      return temperature * temperature * (plainDivergence(p, from: m) + plainDivergence(q, from: m))
        / 2
    }
  }

  func divergence(temperature: Double) -> Double {
    sum { z, t in
      temperature * temperature
        * plainDivergence(plainSoftmax(t, temperature), from: plainSoftmax(z, temperature))
    }
  }

  func decoupled(target: Double, other: Double, temperature: Double) -> Double {
    func one(_ z: [Double], _ t: [Double], _ label: Int) -> Double {
      let (p, q) = (plainSoftmax(z, temperature), plainSoftmax(t, temperature))
      let y = label < 0 ? t.indices.max { t[$0] < t[$1] }! : label
      func others(_ x: [Double]) -> [Double] { x.indices.filter { $0 != y }.map { x[$0] } }
      let (otherP, otherQ) = (others(p).reduce(0, +), others(q).reduce(0, +))
      let binary = plainDivergence([q[y], otherQ], from: [p[y], otherP])
      let among = plainDivergence(
        others(q).map { $0 / otherQ }, from: others(p).map { $0 / otherP })
      return temperature * temperature * (target * binary + other * among)
    }
    return (0..<images).map { n in
      (1 - shares[n]) * one(student[n], teacher[n], labels[n])
        + (shares[n] > 0 ? shares[n] * one(student[n], teacher[n], otherLabels[n]) : 0)
    }.reduce(0, +)
  }

  func correlation(inter: Double, intra: Double, temperature: Double) -> Double {
    let p = student.map { plainSoftmax($0, temperature) }
    let q = teacher.map { plainSoftmax($0, temperature) }
    let between = plainMean((0..<images).map { 1 - plainCorrelation(p[$0], q[$0]) })
    let within = plainMean(
      (0..<classes).map { 1 - plainCorrelation(plainColumn(p, $0), plainColumn(q, $0)) })
    return Double(images) * temperature * temperature
      * (inter * between + (images > 1 ? intra * within : 0))
  }

  func rank(sample: Double, category: Double, softness: Double) -> Double {
    let p = student.map { plainSoftmax($0).map { log($0) } }
    let q = teacher.map { plainSoftmax($0).map { log($0) } }
    let ofImages = plainMean(
      (0..<images).map { 1 - plainSoftSpearman(student[$0], teacher[$0], softness: softness) })
    let ofClasses = plainMean(
      (0..<classes).map {
        1 - plainSoftSpearman(plainColumn(p, $0), plainColumn(q, $0), softness: softness)
      })
    return Double(images) * (sample * ofImages + (images > 1 ? category * ofClasses : 0))
  }
}
