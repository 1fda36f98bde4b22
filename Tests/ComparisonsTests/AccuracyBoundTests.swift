import Foundation
import Testing

@testable import Comparisons

@Suite("what an accuracy surely exceeds")
struct AccuracyBoundTests {
  let accuracy = MeasuredAccuracy(mean: 0.93, count: 2000)

  @Test("is the lower end of Wilson's interval that leaves out as much on either side")
  func oneSided() {
    let interval = accuracy.interval(confidence: 0.9)
    #expect(abs(accuracy.lowerBound(confidence: 0.95, noise: nil) - interval.lowerBound) < 1e-12)
    #expect(abs(accuracy.upperBound(confidence: 0.95, noise: nil) - interval.upperBound) < 1e-12)
    #expect(accuracy.lowerBound(confidence: 0.5, noise: nil) == 0.93)
  }

  @Test("lies farther off where trainings vary, and nearer the more of them there are")
  func noisy() throws {
    let noise = try #require(
      TrainingNoise([MeasuredAccuracy(mean: 0.9, count: 2000, runs: 41, deviation: 0.01)]))
    let images = 0.93 - accuracy.lowerBound(confidence: 0.95, noise: nil)
    // Student's t with 40 degrees of freedom: 1.683851.
    let expected = 0.93 - hypot(images, 1.683851 * 0.01)
    let bound = accuracy.lowerBound(confidence: 0.95, noise: noise)
    #expect(abs(bound - expected) < 1e-8)
    let four = MeasuredAccuracy(mean: 0.93, count: 2000, runs: 4, deviation: 0.01)
    #expect(four.lowerBound(confidence: 0.95, noise: noise) > bound)
  }
}
