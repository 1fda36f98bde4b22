import Foundation
import NeuralNetworks
import Testing

@testable import Distillation

@Suite("an adversarial loss")
struct AdversarialLossTests {
  static let pairs = [
    FeaturePair(map(1, 1, 3), map(1, 1, 3)), FeaturePair(map(4, 4, 5), map(2, 2, 18)),
    FeaturePair(map(6, 5, 2), map(6, 5, 2)),
  ]

  @Test(
    "is the discriminator's cross-entropy, which it descends and the student ascends",
    arguments: pairs)
  func definition(pair: FeaturePair) {
    let hidden = 6
    let loss = AdversarialLoss(pair, AdversarialRule(hidden: hidden, side: 4, reversal: 0.5))
    var slice = LossCase(loss, pair, images: 4)
    slice.batch = 5
    let (own, other) = (pair.studentShape, pair.teacherShape)
    let (height, width) = (min(own.height, other.height, 4), min(own.width, other.width, 4))
    let (channels, outputs) = (own.channels, other.channels)
    let mapFloats = channels == outputs ? 0 : (channels + 1) * outputs
    #expect(loss.connectorFloats == mapFloats + (outputs + 2) * hidden + 1)
    slice.values.connectors = normalFloats(loss.connectorFloats, "connector", scale: 0.5)
      .map(Double.init)
    func plain(_ values: LossValues) -> Double {
      var feature = plainResized(values.features[0], own, height: height, width: width)
      let target = plainResized(values.teacherFeatures[0], other, height: height, width: width)
      let c = values.connectors
      if mapFloats > 0 {
        feature = (0..<feature.count / channels).flatMap { row in
          (0..<outputs).map { o in
            (0..<channels).reduce(c[channels * outputs + o]) {
              $0 + feature[row * channels + $1] * c[$1 * outputs + o]
            }
          }
        }
      }
      func mean(_ side: [Double], sign: Double) -> Double {
        let rows = side.count / outputs
        return (0..<rows).reduce(0) { sum, row in
          var answer = c[mapFloats + (outputs + 2) * hidden]
          for h in 0..<hidden {
            var unit = c[mapFloats + outputs * hidden + h]
            for o in 0..<outputs {
              unit += side[row * outputs + o] * c[mapFloats + o * hidden + h]
            }
            answer += max(0, unit) * c[mapFloats + (outputs + 1) * hidden + h]
          }
          return sum + log1p(exp(sign * answer)) / Double(rows)
        }
      }
      return (mean(target, sign: -1) + mean(feature, sign: 1)) / 2 * 4 / 5
    }
    let result = slice.evaluate()
    #expect(abs(result.loss - plain(slice.values)) < 1e-5)
    let reversed: (LossValues) -> Double = { -0.5 * plain($0) }
    slice.expectSlopes(result.features[0], along: \.features[0], reversed)
    // The connector is on the student's side, the discriminator behind it is not. A slope is judged by the largest of
    // its kind.
    let places = (0..<mapFloats, mapFloats..<loss.connectorFloats)
    for (range, function) in [(places.0, reversed), (places.1, plain)] {
      var own = [Float](repeating: 0, count: range.lowerBound) + result.connectors[range]
      own += [Float](repeating: 0, count: loss.connectorFloats - range.upperBound)
      let start = slice.values.connectors
      slice.expectSlopes(own, along: \.connectors) { values in
        var values = values
        for i in start.indices where !range.contains(i) {
          values.connectors[i] = Double(Float(start[i]))
        }
        return function(values)
      }
    }
  }

  /// How well a discriminator that sees both for the first time learns to tell them apart: its loss at the end.
  private func doubt(_ slice: LossCase, _ pair: FeaturePair) -> Double {
    var fresh = LossCase(
      AdversarialLoss(pair), images: slice.images,
      features: slice.values.features.map { $0.map { Float($0) } },
      teacherFeatures: slice.values.teacherFeatures.map { $0.map { Float($0) } },
      connectorSeed: 99)
    for _ in 0..<300 {
      let slopes = fresh.evaluate().connectors
      for i in slopes.indices { fresh.values.connectors[i] -= 0.3 * Double(slopes[i]) }
    }
    return fresh.evaluate().loss
  }

  @Test("moves the student's vectors until another discriminator cannot tell them either")
  func effect() {
    let pair = FeaturePair(map(1, 1, 2), map(1, 1, 2))
    var slice = LossCase(
      AdversarialLoss(pair, AdversarialRule(reversal: 1)), pair, images: 64)
    for image in 0..<64 {
      slice.values.teacherFeatures[0][2 * image] += 2
      slice.values.teacherFeatures[0][2 * image + 1] -= 1
    }
    let before = doubt(slice, pair)
    slice.descend(steps: 1500, rate: 2, connectorRate: 0.1)
    let after = doubt(slice, pair)
    // log 2 = 0.693: no better than a guess.
    #expect(before < 0.4 && after > 0.6, "\(before) → \(after)")
  }

  @Test("cannot overflow, however sure the discriminator is")
  func sure() {
    let pair = FeaturePair(map(1, 1, 2), map(1, 1, 2))
    var slice = LossCase(AdversarialLoss(pair), pair, images: 3, scale: 1e6, studentScale: 1e6)
    slice.values.connectors = slice.values.connectors.map { 100 * $0 }
    let result = slice.evaluate()
    #expect(result.isFinite && result.loss > 0)
  }
}
