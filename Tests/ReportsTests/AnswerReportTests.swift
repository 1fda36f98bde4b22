import Testing

@testable import Reports
@testable import Studies

@Suite("what a report says of the students' answers")
struct AnswerReportTests {
  private func section(_ anchor: String, _ study: MadeUpStudy) throws -> ReportSection? {
    try study.report().model.sections.first { $0.anchor == anchor }
  }

  private func tables(_ section: ReportSection) -> [ReportTable] {
    section.blocks.compactMap { if case .table(let table) = $0 { table } else { nil } }
  }

  @Test("has a row for each student and the teacher")
  func rows() throws {
    let section = try #require(try section("answers", .answered))
    let table = try #require(tables(section).first)
    #expect(table.rows.map(\.first) == ["trial 0", "trial 1", "trial 2", "teacher"])
    #expect(table.rows[0][6...] == ["87.50", table.rows[0][7], "0.0"])
    #expect(table.rows[3][6...] == ["–", "–", "–"])
    let text = "\(section.blocks)"
    #expect(text.contains("those of the test split"))
    #expect(text.contains("the teacher is wrong on 5 images"))
  }

  @Test("tells the best student's classes and what it takes them for, by their names")
  func classes() throws {
    let section = try #require(try section("answers", .answered))
    let table = try #require(tables(section).first { $0.caption.contains("class by class") })
    #expect(table.rows.count == 10)
    // Images 0, 20 of class 0 are taken for class 1; 10 and 30 are not.
    #expect(table.rows[0] == ["T-shirt/top", "4", "50.0", "100.0", "Trouser (2)"])
    #expect(table.rows[1][2...] == ["100.0", "66.7", "–"])
    #expect(
      "\(section.blocks)".contains(
        "T-shirt/top is taken for Trouser 2 times of 4 (50.0 %), which is 20.0 % of all mistakes."))
  }

  @Test(
    "compares the best student's classes with the teacher's, and counts the mistakes it takes over")
  func gaps() throws {
    let section = try #require(try section("answers", .answered))
    let table = try #require(tables(section).last)
    #expect(table.caption == "Recall of the best student less the teacher’s")
    #expect(table.rows.count == 10)
    // Of class 0 the student is wrong on images 0 and 20, the teacher on image 0.
    #expect(table.rows[0].prefix(5) == ["T-shirt/top", "4", "75.0", "50.0", "−25.00"])
    #expect(table.rows[0][6...] == ["1.000", "no"])
    #expect(table.rows[1].prefix(5) == ["Trouser", "4", "100.0", "100.0", "+0.00"])
    let text = "\(section.blocks)"
    #expect(text.contains("No class differs beyond chance."))
    // The teacher is wrong on every eighth image, the student on every fourth.
    #expect(text.contains("Of the teacher’s 5 mistakes the student makes 100.00 % as well"))
  }

  @Test("is left out where a journal of an earlier version does not know them")
  func old() throws {
    #expect(try section("answers", .small) == nil && section("robustness", .small) == nil)
  }

  @Test("sums up the corruptions, the worst one among them")
  func robustness() throws {
    let section = try #require(try section("robustness", .answered))
    let table = try #require(tables(section).first)
    #expect(
      table.columns.map(\.title) == ["who", "as they are", "mean", "blur", "noise", "worst"])
    #expect(
      table.rows == [
        ["trial 0", "90.0", "60.0", "65.0", "55.0", "noise 5: 30.0"],
        ["trial 2", "90.0", "60.0", "65.0", "55.0", "noise 5: 30.0"],
      ])
    #expect("\(section.blocks)".contains("30.0 points below"))
  }
}
