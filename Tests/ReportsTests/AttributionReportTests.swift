import Distillation
import FileFormats
import Foundation
import SearchSpaces
import TestSupport
import Testing

@testable import Reports
@testable import Studies

@Suite("what the gain came from, in a report")
struct AttributionReportTests {
  /// `small` with a searched temperature: trial 2 has another than the default, which is the first value.
  ///
  /// - Parameter corners: The test accuracies of its network with the default recipe, of a reference design, and of that
  ///   with the recipe of trial 2; nil for those that are not trained.
  private func inputs(
    _ corners: [Double?] = [], best: String = "1", attribution: Bool = true
  ) throws -> ReportInputs {
    var study = MadeUpStudy.small
    study.search = #"{"trials": 32, "recipe": {"temperature": [4, 1, 2]}}"#
    study.full = #"{"epochs": 20, "temperature": "$temperature"}"#
    study.others = attribution ? ["\"attribution\": true"] : []
    study.spaceReferences = #"{"name": "wide", "key": "20100"}"#
    study.events = study.events.map { event in
      guard case .proposed(var proposed) = event else { return event }
      proposed.key += proposed.trial == 2 ? best : "2"
      return .proposed(proposed)
    }
    let key = MadeUpStudy.key(2)
    let designs = zip(corners, [(key + "2", true), ("201002", nil), ("20100" + best, true)]).map {
      (accuracy: $0, key: $1.0, isControl: $1.1)
    }
    if !designs.isEmpty {
      study.events.append(
        .referencesChosen(
          JournalEvent.ReferencesChosen(
            designs: designs.map {
              .init(
                name: $0.isControl == nil ? "wide" : "control \($0.key)", key: $0.key,
                costs: MadeUpStudy.costs(latency: 4), isControl: $0.isControl)
            }, refused: [])))
    }
    for design in designs {
      guard let accuracy = design.accuracy else { continue }
      study.events.append(
        .referenceTrained(
          JournalEvent.ReferenceTrained(
            name: "x", key: design.key, repetition: 0, outcome: .measured,
            validation: MadeUpStudy.evaluation(accuracy, of: 5000),
            test: MadeUpStudy.evaluation(accuracy, of: 10_000), seconds: 1, steps: 1)))
    }
    let (definition, state) = (try study.definition(), study.state)
    return StudyReport(
      definition: definition, state: state, results: StudyResults(definition, state),
      space: try study.space().adding(
        definition.search.recipe, file: "study.json", field: "search.recipe"),
      profiles: try study.profiles(), version: "1.2.3"
    ).inputs
  }

  private func texts(_ inputs: ReportInputs) throws -> (paragraphs: String, rows: [[String]]) {
    let section = try #require(inputs.attributionSection)
    var (paragraphs, rows): ([String], [[String]]) = ([], [])
    for block in section.blocks {
      switch block {
      case .paragraph(let text): paragraphs.append(text)
      case .facts(let facts): paragraphs += facts.map { "\($0.name): \($0.value)" }
      case .table(let table): rows += table.rows
      default: break
      }
    }
    return (paragraphs.joined(separator: "\n"), rows)
  }

  @Test("is split over the four corners, in both orders")
  func corners() throws {
    // Trial 2 has 90.89 % on the test split.
    let inputs = try inputs([0.9039, 0.88, 0.889])
    let (text, rows) = try texts(inputs)
    #expect(rows.map { $0[1] } == ["+0.50", "+0.90", "+2.39", "+1.99", "+2.89"])
    #expect(rows[0][0] == "the recipe, for the network of trial 2" && rows[1][0].hasSuffix("wide"))
    #expect(rows.last?[0] == "both: trial 2 over wide" && rows.last?[4] == "a gain")
    // (2.39 + 1.99) / 2 and (0.50 + 0.90) / 2.
    #expect(text.contains("Of +2.89 points on the test split the architecture gave +2.19"))
    #expect(text.contains("and the recipe +0.70"))
    #expect(text.contains("Default recipe: temperature 4"))
    #expect(text.contains("Recipe of trial 2, the best student: temperature 2"))
    let section = try #require(inputs.referenceSection)
    #expect(!"\(section)".contains("control"))
  }

  @Test("is the recipe's alone where no design has the recipe, and unknown without a training")
  func fewer() throws {
    let (text, rows) = try texts(inputs([0.9039]))
    #expect(rows.map { $0[0] } == ["the recipe, for this network"] && rows[0][1] == "+0.50")
    #expect(text.contains("What the architecture gave is not known"))
    let asked = try texts(inputs([nil, 0.88]))
    #expect(asked.rows.isEmpty && asked.paragraphs.contains("\"attribution\" trains that"))
    let unasked = try texts(inputs(attribution: false))
    #expect(unasked.paragraphs.contains("\"attribution\": true in study.json trains that"))
    #expect(unasked.paragraphs.contains("twenty trials"))
  }

  @Test("is not asked of a student with the default recipe, nor of a study without a search of it")
  func none() throws {
    #expect(try texts(inputs(best: "2")).paragraphs.contains("has the default recipe"))
    #expect(try MadeUpStudy.small.inputs().attributionSection == nil)
  }

  @Test("is a section of its own")
  func report() throws {
    let model = ReportModel(try inputs([0.9039, 0.88, 0.889]))
    #expect(model.sections.contains { $0.anchor == "attribution" })
  }
}
