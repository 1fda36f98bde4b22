import Testing

@testable import Comparisons

/// p-values by statsmodels 0.14 (`mcnemar`) and SciPy (`binom`), intervals by maximising the likelihood with SciPy.
@Suite("two models on the same images")
struct PairedProportionsTests {
  struct Case: Sendable {
    let counts: (Int, Int, Int)
    let confidence: Double
    let midP: Double
    let interval: (Double, Double)
  }

  static let cases = [
    Case(
      counts: (33, 17, 400), confidence: 0.95, midP: 0.02409290769844931,
      interval: (0.0055449117894362755, 0.07620997908125965)),
    Case(
      counts: (5, 1, 40), confidence: 0.9, midP: 0.125,
      interval: (-0.000897488771039614, 0.215877233723541)),
    Case(
      counts: (310, 250, 10_000), confidence: 0.95, midP: 0.011236762024285763,
      interval: (0.0013663870579689178, 0.010667606356962702)),
    Case(
      counts: (120, 180, 5000), confidence: 0.99, midP: 0.0005224207099608604,
      interval: (-0.02110238596251761, -0.0031103135149242213)),
  ]

  @Test("have the p-values and the interval of other programs", arguments: cases)
  func references(known: Case) {
    let (b, c, n) = known.counts
    let pair = PairedProportions(firstAlone: b, secondAlone: c, count: n)
    #expect(abs(pair.midPValue - known.midP) < 1e-11)
    let interval = pair.interval(confidence: known.confidence)
    // What the likelihood's maximiser leaves over.
    #expect(abs(interval.lowerBound - known.interval.0) < 1e-8)
    #expect(abs(interval.upperBound - known.interval.1) < 1e-8)
  }

  @Test("that never differ are equal, and how surely depends on the images")
  func equal() {
    let pair = PairedProportions(firstAlone: 0, secondAlone: 0, count: 400)
    #expect(pair.midPValue == 1)
    let interval = pair.interval(confidence: 0.95)
    // z² / (n + z²), as for Wilson's interval of none of n.
    #expect(abs(interval.upperBound - 0.0095123) < 1e-6)
    #expect(abs(interval.upperBound + interval.lowerBound) < 1e-12)
  }

  @Test("change the sign with the order")
  func symmetric() {
    let pair = PairedProportions(firstAlone: 12, secondAlone: 31, count: 300)
    let other = PairedProportions(firstAlone: 31, secondAlone: 12, count: 300)
    #expect(pair.midPValue == other.midPValue)
    let (a, b) = (pair.interval(confidence: 0.95), other.interval(confidence: 0.95))
    #expect(abs(a.lowerBound + b.upperBound) < 1e-12)
  }

  @Test("are counted from their answers")
  func counted() {
    let first = Answers([true, true, false, true, false])
    let second = Answers([true, false, true, false, false])
    let pair = PairedProportions(first, second)
    #expect(pair == PairedProportions(firstAlone: 2, secondAlone: 1, count: 5))
    #expect(pair.difference == 0.2)
  }
}
