import TensorKernels
import Testing

@testable import SearchSpaces

@Suite("a key")
struct SearchSpaceKeyTests {
  @Test("gives back its architecture, and no two share one", arguments: 0..<40)
  func roundTrip(number: Int) throws {
    let space = randomSpace(number)
    let all = bruteForceArchitectures(of: space)
    for architecture in all {
      #expect(try space.architecture(key: space.key(of: architecture)) == architecture)
    }
    #expect(Set(all.map(space.key(of:))).count == all.count)
  }

  @Test("has two characters for a parameter of more than 36 values")
  func manyValues() throws {
    let space = bareSpace([plainParameter("a", count: 40), plainParameter("b", count: 36)])
    #expect(space.key(of: space.architecture(choices: [37, 35])) == "11z")
    #expect(try space.architecture(key: "11z").choices == [37, 35])
  }

  @Test(
    "that is none of the space's is refused",
    arguments: [
      ("12", "expected 3 characters, got 2"),
      ("1-0", "'-' is not a digit or a lower-case letter"),
      ("1A0", "'A' is not a digit or a lower-case letter"),
      ("300", "'3' is not a value of depth, which has 3"),
      ("020", "kernel is inactive here, so its digit must be 0"),
    ])
  func refused(key: String, problem: String) {
    let space = bareSpace([
      plainParameter("depth", count: 3),
      plainParameter("kernel", count: 3, when: [.init(parameter: 0, choices: [1, 2])]),
      plainParameter("head", count: 3),
    ])
    #expect(throws: SearchSpaceError.invalidKey(space: "bare", key: key, problem: problem)) {
      try space.architecture(key: key)
    }
  }
}
