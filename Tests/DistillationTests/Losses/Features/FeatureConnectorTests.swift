import NeuralNetworks
import TensorKernels
import Testing

@testable import Distillation

@Suite("a connector between features")
struct FeatureConnectorTests {
  /// Pairs whose student's map is as large, larger, smaller, both at once, not a multiple, and a vector.
  static let pairs = [
    FeaturePair(map(3, 3, 5), map(3, 3, 7)), FeaturePair(map(4, 4, 5), map(2, 2, 18)),
    FeaturePair(map(2, 2, 18), map(6, 4, 5)), FeaturePair(map(2, 6, 3), map(4, 3, 4)),
    FeaturePair(map(5, 7, 2), map(3, 4, 3)), FeaturePair(map(1, 1, 4), map(1, 1, 20)),
    FeaturePair(map(1, 1, 4), map(3, 3, 2)), FeaturePair(map(7, 7, 4), map(1, 1, 6)),
  ]

  @Test(
    "and the hint through it, with all gradients, are those of the definition in double precision",
    arguments: pairs, FeatureConnector.Resizing.allCases)
  func definition(pair: FeaturePair, resizing: FeatureConnector.Resizing) {
    let loss = HintLoss(pair, resizing: resizing)
    let (own, other) = (pair.studentShape, pair.teacherShape)
    let pick: (Int, Int) -> Int = resizing == .pool ? { min($0, $1) } : { max($0, $1) }
    let (height, width) = (pick(own.height, other.height), pick(own.width, other.width))
    #expect(
      loss.connector.shape == TensorShape(height: height, width: width, channels: other.channels))
    #expect(loss.connectorFloats == (own.channels + 1) * other.channels)
    var slice = LossCase(loss, pair, images: 3)
    slice.batch = 5
    slice.values.connectors = normalFloats(loss.connectorFloats, "connector").map(Double.init)
    slice.expectDefinition { values in
      let feature = plainResized(values.features[0], own, height: height, width: width)
      let target = plainResized(values.teacherFeatures[0], other, height: height, width: width)
      let (channels, outputs) = (own.channels, other.channels)
      var sum = 0.0
      for row in 0..<target.count / outputs {
        for o in 0..<outputs {
          var value = values.connectors[channels * outputs + o]
          for c in 0..<channels {
            value += feature[row * channels + c] * values.connectors[c * outputs + o]
          }
          sum += (value - target[row * outputs + o]) * (value - target[row * outputs + o])
        }
      }
      return sum / Double(height * width * outputs) / 5
    }
  }

  @Test("maps channels always, never, or where they differ, and pools long sides")
  func options() {
    let (alike, unlike) = (
      FeaturePair(map(8, 8, 4), map(6, 6, 4)), FeaturePair(map(8, 8, 4), map(6, 6, 5))
    )
    func floats(_ pair: FeaturePair, _ channels: FeatureConnector.ChannelMap) -> Int {
      FeatureConnector(pair, channels: channels).parameterFloats
    }
    #expect(floats(alike, .always) == 20 && floats(unlike, .always) == 25)
    #expect(floats(alike, .whereUnlike) == 0 && floats(unlike, .whereUnlike) == 25)
    #expect(floats(unlike, .never) == 0)
    let pooled = FeatureConnector(unlike, channels: .never, longestSide: 3)
    #expect(pooled.shape == map(3, 3, 4) && pooled.teacherShape == map(3, 3, 5))
  }

  @Test("lets a student with half the channels and positions learn the teacher's feature")
  func effect() {
    let pair = FeaturePair(map(2, 2, 3), map(4, 4, 6))
    var slice = LossCase(HintLoss(pair), pair, images: 2)
    let start = slice.evaluate().loss
    slice.descend(steps: 3000, rate: 0.5)
    // Eight positions of six channels cannot all be had from three channels; most can.
    #expect(slice.evaluate().loss < 0.25 * start)
  }
}
