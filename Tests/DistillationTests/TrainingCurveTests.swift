import Foundation
import TestSupport
import Testing

@testable import Distillation

@Suite("the curve of a training")
struct TrainingCurveTests {
  private func recorder(_ losses: [Double], of steps: Int) -> CurveRecorder {
    let recorder = CurveRecorder()
    for (index, loss) in losses.enumerated() {
      recorder.add(loss: loss, accuracy: 1 / (1 + loss), done: index + 1, of: steps)
    }
    return recorder
  }

  @Test(
    "has at most 64 points, each the mean of the steps since the one before",
    arguments: [1, 5, 63, 64, 65, 100, 127, 128, 1719, 4295])
  func means(steps: Int) {
    let losses = (0..<steps).map { step -> Double in
      3 * exp(-Double(step) / 500) + 0.1 * Double(step % 7)
    }
    let points = recorder(losses, of: steps).curve.points
    #expect(points.count == min(steps, TrainingCurve.mostPoints))
    #expect(points.last?.step == steps)
    var start = 0
    for point in points {
      let stretch = losses[start..<point.step]
      let count = Double(stretch.count)
      let loss: Double = stretch.reduce(0, +) / count
      let accuracy: Double = stretch.map { 1 / (1 + $0) }.reduce(0, +) / count
      #expect(abs(point.loss - loss) <= 0.6e-5 && abs(point.accuracy - accuracy) <= 0.6e-5)
      // Stretches differ by a step at most.
      #expect(abs(Double(stretch.count) - Double(steps) / Double(points.count)) < 1)
      start = point.step
    }
  }

  @Test("is a list of numbers in JSON, and refuses what is none")
  func coding() throws {
    let curve = TrainingCurve([
      .init(step: 67, loss: 1.25, accuracy: 0.5), .init(step: 134, loss: 0.75, accuracy: 0.6875),
    ])
    let data = try JSONEncoder().encode(curve)
    #expect(String(decoding: data, as: UTF8.self) == "[[67,1.25,0.5],[134,0.75,0.6875]]")
    #expect(try JSONDecoder().decode(TrainingCurve.self, from: data) == curve)
    for text in ["[[1,2]]", "[[0,1,1]]", "[[1.5,1,1]]", "{}"] {
      #expect(throws: (any Error).self) {
        try JSONDecoder().decode(TrainingCurve.self, from: Data(text.utf8))
      }
    }
  }

  @Test("of a run follows what its observer sees, and changes nothing in the result")
  func run() throws {
    let (log, recorder) = (ProgressLog(), CurveRecorder())
    let model = try smallRun().train(recording: recorder, observe: log.observer()).finishedModel()
    #expect(model.parameters == (try smallRun().train().finishedModel().parameters))
    #expect(recorder.curve.points.map(\.step) == Array(1...60))
    #expect(
      zip(recorder.curve.points, log.all).allSatisfy { abs($0.loss - $1.loss) <= 0.6e-5 })
  }

  @Test("is continued from a checkpoint as if it had never been interrupted")
  func interrupted() throws {
    let losses = (0..<1000).map { 2.0 / Double($0 + 1) }
    let straight = recorder(losses, of: 1000)
    // In the middle of a stretch.
    let first = recorder(Array(losses.prefix(427)), of: 1000)
    let data = try JSONEncoder().encode(first.progress)
    let second = CurveRecorder()
    second.progress = try JSONDecoder().decode(CurveRecorder.Progress.self, from: data)
    for (index, loss) in losses.enumerated().dropFirst(427) {
      second.add(loss: loss, accuracy: 1 / (1 + loss), done: index + 1, of: 1000)
    }
    #expect(second.curve == straight.curve)
  }
}
