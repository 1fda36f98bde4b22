import Foundation
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("the teachers in README.md")
struct ReadmeTeacherTests {
  @Test("can be read, one of each form")
  func forms() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let section = try #require(
      readme.components(separatedBy: "## Bring your own teacher").dropFirst().first)
    let examples = section.components(separatedBy: "\n## ")[0].split(separator: "\n")
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0.hasPrefix("\"teacher\": ") }
    let teachers = try examples.map { example in
      let field = try JSONField(json: Data("{\(example)}".utf8), file: "README.md")
      return try TeacherDefinition(
        field.members(of: "a study", known: ["teacher"]).required("teacher"))
    }
    let forms = Set(teachers.flatMap { $0.members.map { type(of: $0.form).key } })
    #expect(forms == Set(TeacherForms.all.map(\.key)))
    #expect(teachers.contains { $0.isEnsemble })
  }
}
