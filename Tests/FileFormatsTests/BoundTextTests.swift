import Testing
@testable import FileFormats

@Suite struct BoundTextTests {
  @Test("A bound has a name, a relation and a number", arguments: ["a b<=2", " a b <= 2 "])
  func oneBound(text: String) {
    #expect(BoundText.all(in: text) == [BoundText(name: "a b", relation: .atMost, number: "2")])
  }

  @Test("A floor")
  func floor() {
    #expect(
      BoundText.all(in: "accuracy>=0.9")
        == [BoundText(name: "accuracy", relation: .atLeast, number: "0.9")])
  }

  @Test("A range is a floor and a ceiling")
  func range() {
    #expect(
      BoundText.all(in: "2 <= latency_ms <= 5") == [
        BoundText(name: "latency_ms", relation: .atLeast, number: "2"),
        BoundText(name: "latency_ms", relation: .atMost, number: "5"),
      ])
  }

  @Test("What is missing is empty, for the reader to complain about")
  func empty() {
    #expect(BoundText.all(in: "<=") == [BoundText(name: "", relation: .atMost, number: "")])
  }

  @Test(
    "Anything else is no bound",
    arguments: ["", "a", "a<2", "a=2", "5>=a>=2", "1<=a<=2<=3"])
  func noBound(text: String) {
    #expect(BoundText.all(in: text) == nil)
  }
}
