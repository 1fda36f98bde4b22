import Foundation
import Testing

@testable import Monitoring

@Suite("what is kept of images and answers")
struct MonitoredSampleTests {
  @Test("are confidences, margins and classes of the softmax, the first of equal ones")
  func answers() throws {
    let image = ImageMeasures([0.5, 0.5], height: 1, width: 2, channels: 1)
    let measures = Measure.all(height: 1, width: 2, channels: 1)
    let sample = MonitoredSample(
      [image, image], measures: measures, logits: [1, 3, 2, 4, 4, 0], classes: 3)
    func softmax(_ logits: [Double]) -> [Double] {
      let sum = logits.reduce(0) { $0 + exp($1) }
      return logits.map { exp($0) / sum }
    }
    let (first, second) = (softmax([1, 3, 2]), softmax([4, 4, 0]))
    let confidence = try #require(measures.firstIndex(of: .confidence))
    let margin = try #require(measures.firstIndex(of: .margin))
    for (index, expected) in [
      (confidence, [second[0], first[1]]), (margin, [0, first[1] - first[2]]),
    ] {
      for (found, wanted) in zip(sample.values[index], expected) {
        #expect(abs(Double(found) - wanted) < 1e-6)
      }
    }
    #expect(sample.predicted == [1, 1, 0])
    #expect(MonitoredSample.classes(of: [1, 3, 2, 4, 4, 0], classes: 3) == [1, 0])
  }

  @Test("are features of at most 500 images, spread evenly")
  func rows() {
    #expect(MonitoredSample.featureImages(of: 4) == [0, 1, 2, 3])
    let many = MonitoredSample.featureImages(of: 1200)
    #expect(many.count == 500 && many.first == 0 && many.last == 1197)
    #expect(Set(many).count == 500)
  }

  @Test("are features as they are where they are few, and projected where they are many")
  func projection() {
    #expect(FeatureProjection(inputs: 3)([1, 2, 3]) == [1, 2, 3])
    let projection = FeatureProjection(inputs: 1000)
    #expect(projection.dimensions == 64)
    func distance(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }.squareRoot()
    }
    let a = (0..<1000).map { Float(sin(Double($0))) }
    let b = (0..<1000).map { Float(cos(Double(3 * $0))) }
    let ratio = distance(projection(a), projection(b)) / distance(a, b)
    // One deviation is about 1/√128.
    #expect(abs(ratio - 1) < 0.27, "\(ratio)")
    #expect(projection(a) == FeatureProjection(inputs: 1000)(a))
  }
}
