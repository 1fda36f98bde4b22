import Testing

@testable import Comparisons

@Suite("answers to images")
struct AnswersTests {
  @Test("are read from bytes, the lowest bit first")
  func bytes() throws {
    let answers = try #require(Answers(count: 10, bytes: [0b1000_0001, 0b10]))
    #expect((0..<10).filter { answers[$0] } == [0, 7, 9])
    #expect(answers.correct == 3)
    #expect(answers.wrongImages == [1, 2, 3, 4, 5, 6, 8])
    #expect(answers == Answers((0..<10).map { [0, 7, 9].contains($0) }))
  }

  @Test("are refused with bits or bytes too many or too few")
  func refused() {
    #expect(Answers(count: 10, bytes: [1, 0b100]) == nil)
    #expect(Answers(count: 10, bytes: [1]) == nil)
    #expect(Answers(count: 10, bytes: [1, 0, 0]) == nil)
    #expect(Answers(count: 0, bytes: []) == nil)
    #expect(Answers(count: 64, bytes: [UInt8](repeating: 255, count: 8))?.correct == 64)
  }

  @Test("are compared across words")
  func words() {
    let first = Answers((0..<200).map { $0 % 3 == 0 })
    let second = Answers((0..<200).map { $0 % 2 == 0 })
    #expect(first.rightAlone(against: second) == (0..<200).count { $0 % 3 == 0 && $0 % 2 != 0 })
    #expect(second.rightAlone(against: first) == (0..<200).count { $0 % 3 != 0 && $0 % 2 == 0 })
  }
}
