import RandomStreams
import Testing

@testable import Statistics

@Suite("the energy distance")
struct EnergyTestTests {
  private let stream = RandomStream(seed: 1, purpose: "permutations")

  @Test("is what the formula gives")
  func byHand() {
    // Between: (1 + 5 + 1 + 3) / 4 = 2.5. Within the first: 2·2 / 4 = 1. Within the second: 2·4 / 4 = 2.
    let test = EnergyTest([0, 2], [1, 5], dimensions: 1, stream: stream, mostPermutations: 99)
    #expect(abs(test.distance - 2) < 1e-12 && abs(test.coefficient - 0.4) < 1e-12)
    let points = EnergyTest(
      [0, 0, 0, 0], [3, 4, 3, 4], dimensions: 2, stream: stream, mostPermutations: 99)
    #expect(abs(points.distance - 10) < 1e-12 && abs(points.coefficient - 1) < 1e-12)
  }

  @Test("ends early where nothing is to be found, and finds a shift, a width and a dependence")
  func finds() {
    var numbers = RandomStream(seed: 2, purpose: "vectors")
    func sample(_ count: Int, _ vector: (Double, Double) -> [Double]) -> [Double] {
      (0..<count).flatMap { _ in vector(numbers.normal(), numbers.normal()) }
    }
    let reference = sample(150) { [$0, $1] }
    func test(_ other: [Double]) -> EnergyTest {
      EnergyTest(reference, other, dimensions: 2, stream: stream, mostPermutations: 1999)
    }
    let same = test(sample(150) { [$0, $1] })
    #expect(same.pValue > 0.01 && same.permutations < 1999)
    for changed in [
      sample(150) { [$0 + 0.6, $1] }, sample(150) { [2 * $0, 2 * $1] },
      // Each number by itself is distributed as before.
      sample(150) { [$0, 0.95 * $0 + 0.31 * $1] },
    ] {
      let found = test(changed)
      #expect(found.pValue < 0.005, "\(found)")
      #expect(found.coefficient > same.coefficient)
    }
  }

  @Test("rejects equal distributions as often as its level says, and repeats itself")
  func level() {
    var numbers = RandomStream(seed: 3, purpose: "vectors")
    func sample(_ count: Int) -> [Double] { (0..<3 * count).map { _ in numbers.normal() } }
    var rejected = 0
    for trial in 0..<200 {
      let (first, second) = (sample(30), sample(40))
      func test() -> EnergyTest {
        EnergyTest(
          first, second, dimensions: 3,
          stream: RandomStream(seed: UInt64(trial), purpose: "level"), mostPermutations: 499)
      }
      let found = test()
      if trial == 0 { #expect(found == test()) }
      if found.pValue <= 0.05 { rejected += 1 }
    }
    // Three deviations of 200 draws at 5 %.
    #expect(rejected <= 19, "\(rejected)")
  }
}
