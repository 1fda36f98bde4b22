import Foundation
import TestSupport
import Testing

@testable import ParetoFronts

@Suite("the score of a front")
struct FrontScoreTests {
  private func score(
    _ values: [Double], _ costs: [[Double]], allowed: [Bool]? = nil, referenceValue: Double? = nil,
    referenceCosts: [Double?]? = nil
  ) throws -> FrontScore {
    try FrontScore(
      values: values, costs: costs, isAllowed: allowed ?? values.map { _ in true },
      referenceValue: referenceValue, referenceCosts: referenceCosts)
  }

  @Test("is the share of the area, by hand")
  func byHand() throws {
    // Reference: 10th percentile of 0, 10, 20 is 2; the cost's maximum is 10. Best: 20; the cheapest
    // above the reference costs 2. u = (a − 2)/18, v = (10 − c)/8.
    let small = try score([0, 10, 20], [[1, 2, 6]], referenceCosts: [10])
    #expect(small.referenceValue == 2 && small.referenceCosts == [10])
    #expect(small.bestValue == 20 && small.bestCosts == [2])
    // Points (8/18, 1) and (1, 1/2): 8/18·1 + (1 − 8/18)·1/2 = 13/18.
    #expect(abs(small.trueVolume - 13.0 / 18) < 1e-12 && small.frontCount == 2)
    let curve = small.curve([0, 2, 2, 1])
    let expected = [0, 9.0 / 13, 9.0 / 13, 1]
    #expect(zip(curve, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(small.share(of: [1]) - 8.0 / 13) < 1e-12)
    #expect(small.share(of: []) == 0 && small.curve([]).isEmpty)
  }

  @Test("counts nothing on the reference point's border or beyond")
  func border() throws {
    let rows = try score([5, 20, 12, 30], [[1, 10, 5, 10]], referenceValue: 5)
    #expect(rows.curve([0, 1, 3]) == [0, 0, 0])
    #expect(rows.curve([2]) == [1] && rows.frontCount == 1)
  }

  @Test("counts equal points once on the front")
  func equal() throws {
    let rows = try score([0, 20, 20, 10], [[9, 5, 5, 2]])
    #expect(rows.frontCount == 2)
    #expect(rows.share(of: [1]) == rows.share(of: [2]) && rows.share(of: [1, 2, 3]) == 1)
  }

  @Test("has as many dimensions as there are costs")
  func dimensions() throws {
    let values = [0.0, 0, 10, 10, 5]
    let alone = try score(values, [], referenceValue: 0)
    #expect(alone.curve([0, 4, 2]) == [0, 0.5, 1])
    // Two boxes in three dimensions: 1·1·½ and ½·1·1, sharing ½·1·½.
    let three = try score(
      values, [[4, 4, 0, 4, 0], [4, 4, 2, 4, 0]], referenceValue: 0, referenceCosts: [4, 4])
    #expect(abs(three.trueVolume - 0.75) < 1e-12)
    #expect(abs(three.share(of: [4]) - 2.0 / 3) < 1e-12)
  }

  @Test("leaves out failed rows, and those that break a constraint even from the whole")
  func left() throws {
    let values = [0, .nan, 20, 30, 10]
    let costs = [[8.0, 1, 4, .nan, 2]]
    let rows = try score(values.map { $0 == 30 ? .nan : $0 }, costs)
    #expect(rows.bestValue == 20 && rows.bestCosts == [2] && rows.referenceCosts == [8])
    #expect(rows.curve([1, 3, 2, 4]).prefix(2) == [0, 0])
    #expect(rows.share(of: [2, 4]) == 1)
    // The percentile stays that of all rows.
    let limited = try score(
      [0, 10, 20, 30], [[8, 2, 4, 6]], allowed: [true, true, true, false])
    #expect(abs(limited.referenceValue - 3) < 1e-12 && limited.bestValue == 20)
    #expect(limited.share(of: [3]) == 0 && limited.share(of: [1, 2]) == 1)
  }

  @Test("does not exist where no row counts")
  func empty() {
    expectError(["no row of the table has a value of the metric"]) {
      _ = try score([.nan, .nan], [[1, 2]])
    }
    for values in [[5.0, 5, 5], [1, .nan, .nan]] {
      expectError(["no row of the table meets the constraints and beats the reference point"]) {
        _ = try score(values, [[1, 2, 3]])
      }
    }
    expectError(["no row of the table meets the constraints"]) {
      _ = try score([1, 2], [[1, 2]], allowed: [false, false])
    }
  }
}
