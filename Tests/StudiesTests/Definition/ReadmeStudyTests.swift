import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("the study in README.md")
struct ReadmeStudyTests {
  @Test("is whole, and asks for what the quickstart's study does")
  func sameStudy() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let text = try #require(readme.components(separatedBy: "```json\n").dropFirst().first)
    let study = try #require(text.components(separatedBy: "```").first)
    let folder = try TemporaryFolder()
    try folder.write(study, to: "study.json")
    var shown = try StudyDefinition(contentsOf: folder.file("study.json"))
    let quickstart = try StudyDefinition(
      contentsOf: root.appending(path: "Results/fashion-mnist-quickstart/study.json").path())
    #expect(shown.identity != quickstart.identity)
    #expect(shown.recipes.isSame(as: quickstart.recipes))
    // The text may differ, and what one leaves to the defaults; what is asked for may not.
    (shown.identity, shown.recipes) = (quickstart.identity, quickstart.recipes)
    #expect("\(shown)" == "\(quickstart)")
  }
}
