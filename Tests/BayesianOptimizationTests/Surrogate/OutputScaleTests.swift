import Testing

@testable import BayesianOptimization

@Suite("the scale of measured values")
struct OutputScaleTests {
  @Test("has mean 0 and deviation 1 where no value stands out")
  func standard() {
    let values = [0.7, 0.8, 0.75, 0.72, 0.78]
    let scale = OutputScale(of: values)
    let standardized = values.map(scale.standardized)
    let sum: Double = standardized.reduce(0, +)
    let squares: Double = standardized.reduce(0) { $0 + $1 * $1 }
    #expect(abs(sum) < 1e-12)
    #expect(abs(squares / 5 - 1) < 1e-12)
    #expect(abs(scale.standardizedVariance(standardError: 0.01) - 0.0001 / 0.00136) < 1e-6)
  }

  @Test("keeps good students apart however badly another failed")
  func outlier() {
    let scale = OutputScale(of: [0.70, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.1])
    let mild = OutputScale(of: [0.70, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, -50])
    #expect(scale.standardized(0.76) - scale.standardized(0.70) > 0.8)
    #expect(scale.standardized(0.1) == mild.standardized(-50))
  }

  @Test("tells apart nothing below a given reference, unless another metric gives the scale")
  func reference() {
    let values = [0.70, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.1]
    let scale = OutputScale(of: values, reference: 0.705)
    #expect(scale.standardized(0.1) == scale.standardized(0.705))
    #expect(scale.standardized(0.1) < scale.standardized(0.71))
    let mild = OutputScale(of: values.dropLast() + [0.5], reference: 0.705)
    #expect(mild.standardized(0.76) == scale.standardized(0.76))
    let aligned = OutputScale(of: values, reference: 0.705, alignedWith: values)
    #expect(aligned.standardized(0.1) < aligned.standardized(0.705))
  }

  @Test("keeps the order of what a budget may want below the floor, and shortens the distances")
  func least() {
    let values = [0.70, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.5, 0.3, 0.1]
    let scale = OutputScale(of: values, reference: 0.705, least: 0.3)
    let good = scale.standardized(0.76) - scale.standardized(0.71)
    #expect(scale.standardized(0.5) < scale.standardized(0.70))
    #expect(scale.standardized(0.3) < scale.standardized(0.5))
    #expect(scale.standardized(0.1) == scale.standardized(0.3))
    // An error there is shortened as distances are.
    let slope = 1e5 * (scale.standardized(0.400005) - scale.standardized(0.399995))
    #expect(abs(scale.standardizedVariance(standardError: 1, at: 0.4) / (slope * slope) - 1) < 1e-6)
    // Forty points below the floor are less than three times five points above it.
    #expect(scale.standardized(0.705) - scale.standardized(0.3) < 3 * good)
    // One above the floor changes nothing: whatever is below it is drawn up.
    let above = OutputScale(of: values, reference: 0.705, least: 0.72)
    #expect(above.standardized(0.5) == above.standardized(0.705))
  }

  @Test("is not bounded by a floor above most values")
  func highFloor() {
    let values = [0.2, 0.3, 0.4, 0.5, 0.6]
    let scale = OutputScale(of: values, reference: 0.9)
    let standardized = values.map(scale.standardized)
    #expect(zip(standardized, standardized.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("gives back the values that it was given")
  func inverse() {
    let values = [0.7, 0.8, 0.75, 0.72, 0.78]
    for scale in [OutputScale(of: values), OutputScale(of: values, alignedWith: [3, 1, 4, 1, 5])] {
      for value in [0.65, 0.7, 0.9] {
        #expect(abs(scale.raw(scale.standardized(value)) - value) < 1e-15)
      }
      let one = scale.raw(1) - scale.raw(0)
      #expect(abs(scale.rawDeviation(2) - 2 * one) < 1e-15)
      #expect(abs(scale.standardizedVariance(standardError: one) - 1) < 1e-12)
    }
  }

  @Test("has the mean and the deviation of what another metric says of the same trials")
  func alignment() {
    let values = [0.7, 0.8, 0.75, 0.72, 0.78]
    // The other metric is the same in other units, on a scale of its own.
    let prior = values.map { 30 * $0 - 22 }
    let scale = OutputScale(of: values, alignedWith: prior)
    for (value, expected) in zip(values, prior) {
      #expect(abs(scale.standardized(value) - expected) < 1e-12)
    }
    // From one or two values no deviation can be told, but where they stand.
    let two = OutputScale(of: [0.6, 0.8], alignedWith: [-2, 8])
    #expect(abs(two.standardized(0.8) - 4) < 1e-12 && abs(two.standardized(0.6) - 2) < 1e-12)
    let one = OutputScale(of: [0.6], alignedWith: [-2])
    #expect(one.standardized(0.6) == -2 && one.standardized(0.7).isFinite)
    // Of one that says the same of all, only the mean.
    let constant = OutputScale(of: values, alignedWith: [1, 1, 1, 1, 1])
    let plain = OutputScale(of: values)
    for value in values {
      #expect(abs(constant.standardized(value) - plain.standardized(value) - 1) < 1e-12)
    }
  }

  @Test("leaves constant values finite")
  func constant() {
    #expect(OutputScale(of: [0.5, 0.5]).standardized(0.5) == 0)
    #expect(OutputScale(of: [0.5]).standardized(0.6).isFinite)
  }
}
