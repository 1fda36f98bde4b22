import Foundation
import RandomStreams
import Testing

@testable import Monitoring

@Suite("the population stability index")
struct PopulationStabilityTests {
  @Test("is what the formula gives, with a half in each bin")
  func byHand() {
    let (p, q) = ([10.5 / 31, 20.5 / 31], [30.5 / 41, 10.5 / 41])
    let expected = (q[0] - p[0]) * log(q[0] / p[0]) + (q[1] - p[1]) * log(q[1] / p[1])
    #expect(abs(PopulationStability.index([10, 20], [30, 10]) - expected) < 1e-14)
    #expect(PopulationStability.index([0, 10], [10, 0]).isFinite)
    #expect(PopulationStability.index([7, 7, 7], [7, 7, 7]) == 0)
  }

  @Test("has ten bins of equal counts, and fewer where values are equal")
  func bins() {
    let values = (0..<1000).map { Double($0) }
    let edges = PopulationStability.edges(values)
    #expect(PopulationStability.counts(values, edges) == Array(repeating: 100, count: 10))
    #expect(PopulationStability.index(ascending: [1, 1, 1], [1, 1, 1]) == 0)
    #expect(PopulationStability.index(ascending: [1, 1, 1], [2, 3, 4]) > 1)
    let mostlyZero = Array(repeating: 0.0, count: 85) + (1...15).map { Double($0) }
    let counts = PopulationStability.counts(mostlyZero, PopulationStability.edges(mostlyZero))
    #expect(counts.reduce(0, +) == 100 && counts[0] == 85)
  }

  @Test("of two samples of one distribution is small, of a shift by one deviation large")
  func samples() {
    var stream = RandomStream(seed: 1, purpose: "stability")
    func sample(_ shift: Double) -> [Double] {
      (0..<2000).map { _ in stream.normal() + shift }.sorted()
    }
    let reference = sample(0)
    #expect(PopulationStability.index(ascending: reference, sample(0)) < 0.03)
    #expect(PopulationStability.index(ascending: reference, sample(1)) > 0.5)
  }
}
