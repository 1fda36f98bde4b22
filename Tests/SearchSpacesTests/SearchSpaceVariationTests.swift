import RandomStreams
import Testing

@testable import SearchSpaces

@Suite("variation")
struct SearchSpaceVariationTests {
  /// The active parameters of `first` in which two architectures differ.
  func differences(
    _ first: Architecture, _ second: Architecture, in space: SearchSpace
  ) -> [Int] {
    space.parameters.indices.filter {
      space.isActive($0, in: first) && first.choices[$0] != second.choices[$0]
    }
  }

  @Test("lists each neighbor once and never the architecture itself", arguments: 0..<40)
  func neighbors(number: Int) {
    let space = randomSpace(number)
    for architecture in bruteForceArchitectures(of: space) {
      let neighbors = space.neighbors(of: architecture)
      #expect(Set(neighbors).count == neighbors.count)
      #expect(!neighbors.contains(architecture))
      #expect(neighbors.allSatisfy { space.architecture(choices: $0.choices) == $0 })
      let alternatives = space.parameters.indices.map {
        space.isActive($0, in: architecture) ? space.parameters[$0].values.count - 1 : 0
      }
      #expect(neighbors.count == alternatives.reduce(0, +))
    }
  }

  @Test("lists the adjacent values of an ordinal parameter first")
  func neighborOrder() {
    let space = bareSpace([
      plainParameter("a", count: 5), plainParameter("b", count: 4, scale: .categorical),
    ])
    let neighbors = space.neighbors(of: space.architecture(choices: [2, 2]))
    #expect(
      neighbors.map(\.choices) == [[1, 2], [3, 2], [0, 2], [4, 2], [2, 0], [2, 1], [2, 3]])
  }

  @Test("mutates to another canonical architecture, always", arguments: 0..<40)
  func mutation(number: Int) {
    let space = randomSpace(number)
    let all = bruteForceArchitectures(of: space)
    guard all.count > 1 else { return }
    var random = RandomStream(seed: 3, purpose: "mutation", number)
    for architecture in all.sorted(by: { $0.choices.lexicographicallyPrecedes($1.choices) }) {
      for _ in 0..<10 {
        let mutant = space.mutated(architecture, using: &random)
        #expect(mutant != architecture)
        #expect(all.contains(mutant))
      }
    }
  }

  @Test("mutates one to three decisions")
  func mutationSize() {
    let space = bareSpace((0..<6).map { plainParameter("p\($0)", count: 4) })
    let start = space.architecture(choices: [1, 1, 1, 1, 1, 1])
    var random = RandomStream(seed: 3, purpose: "size")
    var sizes: [Int: Int] = [:]
    for _ in 0..<4_000 {
      sizes[
        differences(start, space.mutated(start, using: &random), in: space).count, default: 0] +=
        1
    }
    #expect(sizes.keys.sorted() == [1, 2, 3])
    // Five standard deviations of a binomial count with p = ½ and n = 4000: 158.
    #expect(abs((sizes[1] ?? 0) - 2_000) < 158)
  }

  @Test("has nothing to change in a space of one point")
  func singlePoint() {
    let space = bareSpace([plainParameter("a", count: 1)])
    var random = RandomStream(seed: 3, purpose: "single")
    let only = space.architecture(choices: [0])
    #expect(space.mutated(only, using: &random) == only)
    #expect(space.neighbors(of: only).isEmpty)
  }

  @Test("crosses parents into children that take each decision from a parent", arguments: 0..<20)
  func crossover(number: Int) {
    let space = randomSpace(number)
    var random = RandomStream(seed: 3, purpose: "crossover", number)
    for _ in 0..<50 {
      let first = space.randomArchitecture(using: &random)
      let second = space.randomArchitecture(using: &random)
      let child = space.crossover(first, second, using: &random)
      #expect(space.architecture(choices: child.choices) == child)
      for index in space.parameters.indices where space.isActive(index, in: child) {
        let parents = [first, second].filter { space.isActive(index, in: $0) }
        let choices = parents.map { $0.choices[index] }
        #expect(choices.isEmpty || choices.contains(child.choices[index]))
      }
    }
  }

  @Test("repeats itself for the same random stream")
  func determinism() throws {
    let space = try shippedSpace("mobile-cnn")
    func keys() -> [String] {
      var random = RandomStream(seed: 11, purpose: "repeat")
      return (0..<20).map { _ in
        let first = space.randomArchitecture(using: &random)
        let second = space.mutated(first, using: &random)
        return space.key(of: space.crossover(first, second, using: &random))
      }
    }
    #expect(keys() == keys())
  }
}
