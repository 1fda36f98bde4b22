import Foundation
import Testing

@testable import Distillation

@Suite("the reference of recipes")
struct RecipeReferenceTests {
  /// `Results/README.md`.
  private func text() throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: "Results/README.md"), encoding: .utf8)
  }

  @Test("has the table of losses as LossTable says it")
  func losses() throws {
    let parts = try text().components(
      separatedBy: "<!-- losses: from LossTable, compared by a test -->\n")
    try #require(parts.count == 2)
    let table = parts[1].components(separatedBy: "\n<!-- end of losses -->")[0]
    #expect(table == LossTable.markdown, "the table should be:\n\(LossTable.markdown)")
  }

  @Test("has every named recipe with what it sets", arguments: RecipePreset.all)
  func presets(_ preset: RecipePreset) throws {
    let fields = preset.fields.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
    #expect(try text().contains("| `\(preset.name)` | \(preset.summary) | `\(fields)` |"))
  }

  @Test("names every field of a recipe", arguments: Recipe.keys)
  func fields(_ field: String) throws {
    #expect(try text().contains("`\(field)`"))
  }
}
