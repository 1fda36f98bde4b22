import Foundation
import Testing

@testable import NeuralNetworks

@Suite("a learning-rate schedule")
struct LearningRateScheduleTests {
  typealias Shape = LearningRateSchedule.Shape

  private func schedule(_ shape: Shape, warmup: Double = 0.1) -> LearningRateSchedule {
    LearningRateSchedule(shape: shape, peakRate: 0.4, warmupShare: warmup, finalShare: 0.01)
  }

  private func rates(_ schedule: LearningRateSchedule, _ steps: Int) -> [Double] {
    (0..<steps).map { schedule.rate(step: $0, of: steps) }
  }

  @Test("rises to its peak in the warm-up and never passes it", arguments: Shape.allCases)
  func peak(shape: Shape) {
    let rates = rates(schedule(shape), 200)
    #expect(abs(rates[20] - 0.4) < 1e-12)
    #expect(rates.allSatisfy { $0 > 0 && $0 <= 0.4 + 1e-12 })
    #expect(zip(rates[..<20], rates[1...20]).allSatisfy { $0 < $1 })
  }

  @Test("falls from the peak to the final share", arguments: [Shape.cosine, .oneCycle])
  func final(shape: Shape) {
    let rates = rates(schedule(shape), 200)
    #expect(abs(rates[199] - 0.004) < 1e-12)
    #expect(zip(rates[20...], rates[21...]).allSatisfy { $0 > $1 })
    // Half-way down the cosine stands at the middle between the two.
    let middle = (rates[109] + rates[110]) / 2
    #expect(abs(middle - 0.202) < 1e-4)
  }

  @Test("stays at its peak if it is constant")
  func constant() {
    #expect(rates(schedule(.constant), 200)[20...].allSatisfy { $0 == 0.4 })
  }

  @Test("begins at its peak without a warm-up", arguments: Shape.allCases)
  func noWarmup(shape: Shape) {
    #expect(schedule(shape, warmup: 0).rate(step: 0, of: 50) == 0.4)
  }

  @Test("warms up in equal steps, a one-cycle along half a cosine")
  func warmup() {
    for shape in [Shape.cosine, .constant] {
      let rates = rates(schedule(shape), 200)
      for step in 0..<20 { #expect(abs(rates[step] - 0.4 * Double(step + 1) / 21) < 1e-12) }
    }
    let rates = rates(schedule(.oneCycle), 200)
    for step in 0..<20 {
      let expected = 0.4 * (1 - cos(.pi * Double(step + 1) / 21)) / 2
      #expect(abs(rates[step] - expected) < 1e-12)
    }
  }

  /// One step of the short schedule stands for twenty of the full one; its rate is one that the full
  /// schedule has within those twenty, give or take one short step.
  @Test(
    "of a run of 5 % is the full one compressed, not cut off", arguments: Shape.allCases,
    [0, 0.05, 0.3])
  func compression(shape: Shape, warmup: Double) {
    let schedule = schedule(shape, warmup: warmup)
    let full = rates(schedule, 2000)
    let short = rates(schedule, 100)
    for (step, rate) in short.enumerated() {
      let stretch = full[max(0, 20 * step - 20)..<min(2000, 20 * step + 40)]
      let (lowest, highest) = (stretch.min() ?? .nan, stretch.max() ?? .nan)
      #expect(rate >= lowest - 1e-12 && rate <= highest + 1e-12, "step \(step)")
    }
    #expect(abs((short.last ?? .nan) - (full.last ?? .nan)) < 1e-12)
  }

  @Test("is finite and positive in the shortest runs", arguments: Shape.allCases, 1...4)
  func shortRuns(shape: Shape, steps: Int) {
    for warmup in [0, 0.1, 0.5, 1] {
      let rates = rates(schedule(shape, warmup: warmup), steps)
      #expect(rates.allSatisfy { $0 > 0 && $0 <= 0.4 })
    }
  }
}
