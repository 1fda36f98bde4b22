import FileFormats
import Foundation
import Testing

@testable import Reports

@Suite("writing a report")
struct StudyReportTests {
  /// Runs `body` with the path of a new folder, and removes it.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("reports-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Folder.create(folder)
    try body(folder)
  }

  @Test("makes the folder and all files, and nothing else")
  func files() throws {
    try withFolder { folder in
      let target = folder + "/study/report"
      let paths = try MadeUpStudy.small.report().write(into: target)
      #expect(paths == StudyReport.fileNames.map { "\(target)/\($0)" })
      let names = try FileManager.default.contentsOfDirectory(atPath: target)
      #expect(names.sorted() == StudyReport.fileNames.sorted())
      let csv = try String(contentsOfFile: target + "/front.csv", encoding: .utf8)
      #expect(csv == (try MadeUpStudy.small.report().frontCSV))
    }
  }

  @Test("gives the same bytes for the same study", arguments: ReportedStudy.allCases)
  func repeatable(reported: ReportedStudy) throws {
    let (first, second) = (try reported.report(), try reported.study.report())
    #expect(first.frontCSV == second.frontCSV)
    #expect(first.frontJSON == second.frontJSON)
    #expect(first.frontSVG == second.frontSVG)
    #expect(first.markdown == second.markdown)
    #expect(first.html == second.html)
  }

  @Test("names the folder that cannot be made")
  func unwritable() throws {
    try withFolder { folder in
      try AtomicFile.write("a file", to: folder + "/report")
      let error = #expect(throws: FileFormatError.self) {
        try MadeUpStudy.small.report().write(into: folder + "/report")
      }
      #expect(error.map { "\($0)".contains(folder + "/report") } == true)
    }
  }
}
