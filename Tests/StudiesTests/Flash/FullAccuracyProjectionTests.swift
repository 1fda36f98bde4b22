import Foundation
import HardwareProfiles
import Testing

@testable import Studies

@Suite("the full accuracy that a flash accuracy lets expect")
struct FullAccuracyProjectionTests {
  private func costs(macs: Int, depth: Int? = nil) -> Costs {
    var costs = MadeUp.costs(macs: macs)
    costs.depth = depth
    return costs
  }

  private func flash(_ accuracy: Double) -> FlashEstimate {
    FlashEstimate(accuracy: accuracy, standardError: 0.01)
  }

  @Test("is the accuracy itself at full length")
  func fullLength() {
    let projection = FullAccuracyProjection(fraction: 1)
    for accuracy in [0.1, 0.8, 0.95] {
      let projected = projection.projected(flash(accuracy), costs: costs(macs: 9000, depth: 40))
      #expect(abs(projected.accuracy - accuracy) < 1e-12)
      #expect(abs(projected.standardError - 0.01) < 1e-12)
    }
  }

  @Test("rises with the flash accuracy, with MACs and with depth, and lies above it")
  func directions() {
    let projection = FullAccuracyProjection(fraction: 0.05)
    func value(_ accuracy: Double, macs: Int = 400_000, depth: Int = 12) -> Double {
      projection.projected(flash(accuracy), costs: costs(macs: macs, depth: depth)).accuracy
    }
    #expect(value(0.85) > value(0.84) && value(0.84) > 0.84)
    #expect(value(0.84, macs: 800_000) > value(0.84))
    #expect(value(0.84, depth: 20) > value(0.84))
    // The shorter, the more is to come.
    let shorter = FullAccuracyProjection(fraction: 0.01)
    #expect(
      shorter.projected(flash(0.84), costs: costs(macs: 400_000, depth: 12)).accuracy
        > value(0.84))
  }

  @Test("carries the standard error over by its slope, and adds the scatter of 5 % of the error")
  func standardError() {
    let projection = FullAccuracyProjection(fraction: 0.05)
    let costs = costs(macs: 500_000, depth: 10)
    func value(_ accuracy: Double) -> Double {
      projection.projected(flash(accuracy), costs: costs).accuracy
    }
    let slope = (value(0.8 + 1e-6) - value(0.8 - 1e-6)) / 2e-6
    let scatter = 0.05 * (1 - value(0.8))
    let expected = (1e-4 * slope * slope + scatter * scatter).squareRoot()
    #expect(abs(projection.projected(flash(0.8), costs: costs).standardError - expected) < 1e-8)
  }

  @Test("stays an accuracy whatever the flash training gave")
  func bounds() {
    let projection = FullAccuracyProjection(fraction: 0.001)
    for accuracy in [0, 0.5, 1 - 1e-9, 1] {
      let projected = projection.projected(flash(accuracy), costs: costs(macs: 1, depth: 1))
      #expect((0...1).contains(projected.accuracy) && projected.standardError.isFinite)
    }
  }

  @Test("learns the level from full results, and hardly a slope")
  func learning() {
    let prior = FullAccuracyProjection(fraction: 0.05)
    var projection = prior
    let students: [(flash: Double, costs: Costs)] = (0..<8).map {
      (0.7 + 0.02 * Double($0), costs(macs: 200_000 + 90_000 * $0, depth: 8 + $0 % 4))
    }
    // The errors are a fifth smaller than the projection says.
    func full(_ student: (flash: Double, costs: Costs)) -> Double {
      1 - 0.8 * (1 - prior.projected(flash(student.flash), costs: student.costs).accuracy)
    }
    func error() -> Double {
      students.reduce(0) {
        $0 + abs(projection.projected(flash($1.flash), costs: $1.costs).accuracy - full($1))
      }
    }
    let before = error()
    for student in students {
      projection.learn(flash: student.flash, full: full(student), costs: student.costs)
    }
    #expect(error() < 0.1 * before)
    let order = { (projection: FullAccuracyProjection) in
      students.indices.sorted {
        projection.projected(flash(students[$0].flash), costs: students[$0].costs).accuracy
          < projection.projected(flash(students[$1].flash), costs: students[$1].costs).accuracy
      }
    }
    #expect(order(projection) == order(prior))
  }
}
