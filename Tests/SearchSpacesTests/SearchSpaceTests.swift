import FileFormats
import Foundation
import RandomStreams
import Testing

@testable import SearchSpaces

@Suite("a search space")
struct SearchSpaceTests {
  /// `depth` 0 … 2; `kernel` where it is 1 or 2; `expansion` where the kernel is the second.
  let space = bareSpace([
    plainParameter("depth", count: 3),
    plainParameter("kernel", count: 3, when: [.init(parameter: 0, choices: [1, 2])]),
    plainParameter("expansion", count: 2, when: [.init(parameter: 1, choices: [1])]),
  ])

  @Test("collapses choices that have no meaning")
  func canonical() {
    let none = space.architecture(choices: [0, 0, 0])
    for choices in [[0, 1, 1], [0, 2, 0], [0, 1, 0]] {
      #expect(space.architecture(choices: choices) == none)
    }
    #expect(space.architecture(choices: [1, 2, 1]) == space.architecture(choices: [1, 2, 0]))
    #expect(space.architecture(choices: [1, 1, 1]) != space.architecture(choices: [1, 1, 0]))
    #expect(space.architecture(choices: [2, 1, 1]).choices == [2, 1, 1])
  }

  @Test("knows which parameters have a meaning, also through an inactive one")
  func activity() {
    let none = space.architecture(choices: [0, 1, 1])
    #expect([0, 1, 2].map { space.isActive($0, in: none) } == [true, false, false])
    let all = space.architecture(choices: [1, 1, 1])
    #expect([0, 1, 2].map { space.isActive($0, in: all) } == [true, true, true])
    #expect(space.values(of: none).map(\.name) == ["depth"])
    #expect(space.values(of: all).map(\.value) == [.integer(1), .integer(1), .integer(1)])
  }

  @Test("agrees with itself on what is active", arguments: 0..<40)
  func activityAgrees(number: Int) {
    let space = randomSpace(number)
    for architecture in bruteForceArchitectures(of: space) {
      let one = space.parameters.indices.map { space.isActive($0, in: architecture) }
      #expect(one == space.activity(of: architecture))
    }
  }

  @Test("draws each value of an active parameter equally often")
  func uniform() {
    var random = RandomStream(seed: 1, purpose: "test")
    var depths = [0, 0, 0]
    var kernels = [0, 0, 0]
    for _ in 0..<9_000 {
      let architecture = space.randomArchitecture(using: &random)
      depths[architecture.choices[0]] += 1
      if architecture.choices[0] > 0 { kernels[architecture.choices[1]] += 1 }
    }
    // Five standard deviations of a binomial count: 5 · √(9000 · ⅓ · ⅔) = 224, and 183 of 6000.
    #expect(depths.allSatisfy { abs($0 - 3_000) < 224 })
    #expect(kernels.allSatisfy { abs($0 - 2_000) < 250 })
  }

  @Test("cuts the unit interval into equal parts")
  func unitPoints() {
    #expect(space.architecture(atUnitPoint: [0, 0.9, 0.9]).choices == [0, 0, 0])
    #expect(space.architecture(atUnitPoint: [0.34, 0.99, 0]).choices == [1, 2, 0])
    #expect(space.architecture(atUnitPoint: [0.99999, 0.34, 0.5]).choices == [2, 1, 1])
    #expect(space.architecture(atUnitPoint: [(1.0).nextDown, 0, 0]).choices == [2, 0, 0])
  }

  @Test("reaches every architecture from the unit cube", arguments: 0..<20)
  func unitCoverage(number: Int) {
    let space = randomSpace(number)
    for architecture in bruteForceArchitectures(of: space) {
      let point = zip(architecture.choices, space.parameters).map { choice, parameter in
        (Double(choice) + 0.5) / Double(parameter.values.count)
      }
      #expect(space.architecture(atUnitPoint: point) == architecture)
    }
  }

  @Test(
    "says which file it cannot read, and why",
    arguments: [("no-such-space.json", "there is no such file"), ("/", "it is a folder")])
  func unreadable(path: String, reason: String) {
    #expect(throws: JSONError.unreadable(file: path, reason: reason)) {
      try SearchSpace(contentsOf: path)
    }
  }
}
