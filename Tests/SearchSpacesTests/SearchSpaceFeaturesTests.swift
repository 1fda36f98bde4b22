import Testing

@testable import SearchSpaces

@Suite("features and descriptions")
struct SearchSpaceFeaturesTests {
  @Test("scale ranks to 0 … 1, keep indices of names and mark what has no meaning")
  func features() {
    let space = bareSpace([
      plainParameter("a", count: 5), plainParameter("b", count: 3, scale: .categorical),
      plainParameter("c", count: 2, when: [.init(parameter: 1, choices: [2])]),
      plainParameter("d", count: 1),
    ])
    #expect(space.featureKinds == [.ordinal, .categorical(count: 3), .ordinal, .ordinal])
    #expect(space.features(of: space.architecture(choices: [1, 2, 1, 0])) == [0.25, 2, 1, 0])
    #expect(space.features(of: space.architecture(choices: [4, 1, 1, 0])) == [1, 1, -1, 0])
  }

  @Test("name groups once, use the file's words and leave out what is not to be said")
  func description() throws {
    let space = try readSpace(
      parameters: """
        {"name": "stem", "values": [8, 16]},
        {"name": "depth", "values": [0, 2], "group": "body", "words": ["none", "two"]},
        {"name": "se", "values": [false, true], "when": {"depth": 2}, "group": "body",
         "words": ["", "SE"]},
        {"name": "kernel", "values": [3, 5], "when": {"depth": 2}, "group": "body",
         "words": "k{}"},
        {"name": "head", "values": [0.5, 1]}
        """,
      blueprint: """
        {"if": "$depth > 0 and $se", "then": [{"layer": "dropout", "rate": "0 * $kernel"}]},
        {"layer": "dense", "channels": "$classes + round(0 * $stem * $head)"}
        """)
    let words = { space.description(of: space.architecture(choices: $0)) }
    #expect(words([0, 1, 1, 1, 0]) == "stem 8; body: two SE k5; head 0.5")
    #expect(words([1, 1, 0, 0, 1]) == "stem 16; body: two k3; head 1")
    #expect(words([1, 0, 0, 0, 1]) == "stem 16; body: none; head 1")
  }
}
